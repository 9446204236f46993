// The few values that both the generated expressions and the generated packets draw from, so that they meet.

export const IP4 = ['10.0.0.1', '10.0.0.2', '10.1.2.3', '192.168.1.1', '224.0.0.5', '255.255.255.255', '0.0.0.0'];
export const IP6 = ['::1', 'fe80::1', '2001:db8::1', '2001:db8::2', 'ff02::1', '::'];
export const MAC = ['02:00:00:00:00:01', '02:00:00:00:00:02', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:05'];
export const PORTS = [0, 53, 80, 443, 1023, 4789, 6081, 65535];
export const IP_PROTOCOLS = [0, 1, 2, 4, 6, 9, 17, 43, 44, 50, 51, 58, 59, 60, 89, 103, 112, 132];
export const ETHERTYPES = [
  ...[0x0800, 0x86dd, 0x0806, 0x8035, 0x809b, 0x80f3, 0x6001, 0x6002, 0x6003, 0x6004, 0x6007, 0x8100, 0x88a8, 0x9100],
  ...[0x8137, 0x8847, 0x8848, 0x8863, 0x8864, 0x88cc, 0x0600, 0x6558],
];
export const SAPS = [0x06, 0x42, 0xaa, 0xe0, 0xf0, 0xfe, 0x00, 0xff];
export const VLANS = [0, 1, 5, 100, 4095];
export const LABELS = [0, 3, 16, 1024, 1048575];
export const SESSIONS = [0, 1, 0x1234, 65535];
export const VNIS = [0, 1, 77, 0xffffff];
export const DECNET = [
  [1, 1],
  [10, 15],
  [63, 1023],
] as const;
