// PPP protocol numbers. Source: IANA "PPP DLL Protocol Numbers"; names as tcpdump prints them.

export const PPP_IP = 0x0021;
export const PPP_IPX = 0x002b;
export const PPP_VJ_COMPRESSED = 0x002d;
export const PPP_MULTILINK = 0x003d;
export const PPP_IPV6 = 0x0057;
export const PPP_COMPRESSED = 0x00fd;
export const PPP_MPLS_UNICAST = 0x0281;
export const PPP_MPLS_MULTICAST = 0x0283;
export const PPP_IPCP = 0x8021;
export const PPP_OSICP = 0x8023;
export const PPP_IPV6CP = 0x8057;
export const PPP_CCP = 0x80fd;
export const PPP_MPLSCP = 0x8281;
export const PPP_LCP = 0xc021;
export const PPP_PAP = 0xc023;
export const PPP_LQM = 0xc025;
export const PPP_SPAP = 0xc027;
export const PPP_BACP = 0xc02b;
export const PPP_SPAP_OLD = 0xc123;
export const PPP_CHAP = 0xc223;
export const PPP_EAP = 0xc227;

export const PPP_PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([
  [PPP_IP, 'IP'],
  [0x0023, 'OSI'],
  [0x0025, 'NS'],
  [0x0027, 'DECNET'],
  [0x0029, 'APPLE'],
  [PPP_IPX, 'IPX'],
  [PPP_VJ_COMPRESSED, 'VJC IP'],
  [0x002f, 'VJNC IP'],
  [0x0031, 'BRPDU'],
  [0x0033, 'STII'],
  [0x0035, 'VINES'],
  [PPP_MPLS_UNICAST, 'MPLS'],
  [PPP_MPLS_MULTICAST, 'MPLS'],
  [PPP_COMPRESSED, 'Compressed'],
  [PPP_MULTILINK, 'MLPPP'],
  [PPP_IPV6, 'IP6'],
  [0x0201, 'HELLO'],
  [0x0231, 'LUXCOM'],
  [0x0233, 'SNS'],
  [PPP_IPCP, 'IPCP'],
  [PPP_OSICP, 'OSICP'],
  [0x8025, 'NSCP'],
  [0x8027, 'DECNETCP'],
  [0x8029, 'APPLECP'],
  [0x802b, 'IPXCP'],
  [0x8033, 'STIICP'],
  [0x8035, 'VINESCP'],
  [PPP_IPV6CP, 'IP6CP'],
  [PPP_MPLSCP, 'MPLSCP'],
  [PPP_LCP, 'LCP'],
  [PPP_PAP, 'PAP'],
  [PPP_LQM, 'LQM'],
  [PPP_CHAP, 'CHAP'],
  [PPP_EAP, 'EAP'],
  [PPP_SPAP, 'SPAP'],
  [PPP_SPAP_OLD, 'Old-SPAP'],
  [PPP_BACP, 'BACP'],
  [0xc02d, 'BAP'],
  [0xc03d, 'MLPPP-CP'],
  [PPP_CCP, 'CCP'],
]);

/** The protocols whose packets have code, identifier and length (RFC 1661, section 5). */
export const PPP_CONTROL_PROTOCOLS: ReadonlySet<number> = new Set([
  PPP_LCP,
  PPP_IPCP,
  PPP_OSICP,
  PPP_MPLSCP,
  PPP_IPV6CP,
  PPP_CCP,
  PPP_BACP,
]);
