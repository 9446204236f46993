// XDP: bpf_prog_test_run_xdp(). The packet lies in a page with 256 bytes of head room; with a context, `data` bytes at its beginning are metadata.

import { kernelError } from '../../../maps/index.js';
import type { TestRunOptions } from '../../kernel.js';
import { XDP_MD } from '../../structs/table.js';
import { contextBytes } from '../context-view.js';
import type { SimCpu } from '../cpu.js';
import { XDP_FRAME_BYTES, XDP_HEADROOM_BYTES, XDP_MAXIMUM_BYTES } from '../xdp-packet.js';
import { type Outcome, repeated, type Subject } from './runner.js';

/** ETH_HLEN: no frame is shorter. */
export const ETHERNET_HEADER_BYTES = 14;
/** What of the head room the frame's own data leaves for metadata. */
const MAXIMUM_META_BYTES = XDP_HEADROOM_BYTES - XDP_FRAME_BYTES;
/** Fragments reach that far. */
const MAXIMUM_BYTES = 65_536;

const fields = ['data', 'data_end', 'data_meta', 'ingress_ifindex', 'rx_queue_index', 'egress_ifindex'] as const;

export function testRunXdp(subject: Subject, cpu: SimCpu, options: TestRunOptions): Outcome {
  const data = checkedPacket(options.data, MAXIMUM_BYTES);
  const given = { ...readContext(options.context, data.length) };
  const { data: metaBytes } = given;
  if (given.data_meta !== 0 || given.data_end > data.length || metaBytes > given.data_end) {
    throw kernelError('EINVAL', `xdp_md says data ${metaBytes}, data_end ${given.data_end} of ${data.length} bytes`);
  }
  if (metaBytes % 4 !== 0 || metaBytes > MAXIMUM_META_BYTES) {
    throw kernelError('EINVAL', `metadata has a multiple of 4 bytes, at most ${MAXIMUM_META_BYTES}, not ${metaBytes}`);
  }
  if (data.length - metaBytes < ETHERNET_HEADER_BYTES) {
    throw kernelError('EINVAL', `behind ${metaBytes} bytes of metadata no Ethernet header is left`);
  }
  if (given.egress_ifindex !== 0) throw kernelError('EINVAL', 'egress_ifindex of a test run is 0');
  if (given.ingress_ifindex === 0 && given.rx_queue_index !== 0) {
    throw kernelError('EINVAL', 'rx_queue_index without ingress_ifindex');
  }
  if (given.ingress_ifindex !== 0 && !subject.network.interfaceAt(given.ingress_ifindex)) {
    throw kernelError('ENODEV', `there is no interface ${given.ingress_ifindex}`);
  }
  if (given.rx_queue_index !== 0) throw kernelError('EINVAL', `there is no receive queue ${given.rx_queue_index}`);

  const packet = cpu.xdp;
  // What the program reaches is in one buffer; the rest of a longer packet goes along in fragments.
  const linearBytes = Math.min(given.data_end, XDP_MAXIMUM_BYTES + metaBytes);
  packet.load(data, 0, linearBytes, metaBytes);
  packet.area.clearRoom();
  // Without a context the frame comes in by the loopback interface.
  packet.setInterface(given.ingress_ifindex || 1, given.rx_queue_index);
  const { returnValue, durationNs } = repeated(subject, cpu, options, packet.context.address, { packet });
  return {
    returnValue,
    durationNs,
    data: joined(packet.area.take(true), data.subarray(linearBytes)),
    context: contextBytes(XDP_MD, {
      data: packet.metaBytes,
      data_end: packet.metaBytes + packet.lengthBytes,
      ingress_ifindex: given.ingress_ifindex,
      rx_queue_index: given.rx_queue_index,
    }),
  };
}

function joined(linear: Uint8Array<ArrayBuffer>, fragments: Uint8Array): Uint8Array {
  if (fragments.length === 0) return linear;
  const all = new Uint8Array(linear.length + fragments.length);
  all.set(linear);
  all.set(fragments, linear.length);
  return all;
}

function readContext(given: TestRunOptions['context'], lengthBytes: number): Record<(typeof fields)[number], number> {
  // Fields by name may leave the length out.
  const withLength = given && !(given instanceof Uint8Array) ? { data_end: lengthBytes, ...given } : given;
  const bytes = contextBytes(XDP_MD, withLength);
  const view = new DataView(bytes.buffer);
  const values = Object.fromEntries(
    fields.map(name => [name, view.getUint32(XDP_MD.byName.get(name)!.offsetBytes, true)]),
  ) as Record<(typeof fields)[number], number>;
  return given === undefined ? { ...values, data_end: lengthBytes } : values;
}

/** The packet of a test run, or the kernel's refusal. */
export function checkedPacket(data: Uint8Array | undefined, maximumBytes: number): Uint8Array {
  if (!data || data.length < ETHERNET_HEADER_BYTES) {
    throw kernelError(
      'EINVAL',
      `a test run takes a packet of at least ${ETHERNET_HEADER_BYTES} bytes, an Ethernet header; this one has ${data?.length ?? 0}`,
    );
  }
  if (data.length > maximumBytes) {
    throw kernelError('EINVAL', `a test run takes packets of up to ${maximumBytes} bytes; this one has ${data.length}`);
  }
  return data;
}
