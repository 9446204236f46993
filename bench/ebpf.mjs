// Nanoseconds a run of eBPF programs: our WebAssembly JIT beside the kernel's JIT (BPF_PROG_TEST_RUN with a large repeat): the
// same bytecode, the same packet, the cost of an empty program taken off in both.

import { importFile, importSource } from './build.mjs';
import { EMPTY, PROGRAMS } from './ebpf-programs.mjs';
import { cpuNs, median, settle } from './measure.mjs';

export const description = 'ns a run of eBPF programs: WebAssembly JIT beside the kernel';

const ROUNDS = 7;
/** A round runs for about this long. */
const ROUND_NS = 60e6;
const KERNEL_REPEAT = { least: 200_000, most: 20_000_000 };

export async function run({ log, quick }) {
  const engine = await importSource('engine/index.ts');
  const maps = await importSource('maps/create.ts');
  const isa = await importSource('isa/extended/index.ts');
  const ours = new Map();
  for (const checked of [false, true]) {
    const empty = await measureOurs(
      engine,
      maps,
      isa,
      { name: 'empty', text: EMPTY, data: new Uint8Array(64), maps: [] },
      checked,
    );
    for (const program of PROGRAMS) {
      log(`${program.name}: wasm, ${checked ? 'checked' : 'unchecked'}`);
      const { ns, result } = await measureOurs(engine, maps, isa, program, checked);
      if (program.expected !== undefined && result !== program.expected) {
        throw new Error(`${program.name} gives ${result}, not ${program.expected}`);
      }
      ours.set(`${program.name} ${checked}`, { ns: ns - empty.ns, result });
    }
    if (!checked) log(`an empty program takes ${empty.ns.toFixed(1)} ns to run`);
  }

  const kernel = await openKernel(log);
  const rows = [];
  const ratios = [];
  try {
    const empty =
      kernel && measureKernel(kernel, isa, { name: 'empty', text: EMPTY, data: new Uint8Array(64), maps: [] }, quick);
    if (kernel) log(`an empty program takes ${empty.ns.toFixed(1)} ns to run in the kernel`);
    for (const program of PROGRAMS) {
      let peer;
      if (kernel) {
        log(`${program.name}: the kernel`);
        const measured = measureKernel(kernel, isa, program, quick);
        const { result } = ours.get(`${program.name} false`);
        if (measured.result !== result) {
          throw new Error(`${program.name}: the kernel gives ${measured.result}, the JIT ${result}`);
        }
        peer = measured.ns - empty.ns;
      }
      const unchecked = ours.get(`${program.name} false`).ns;
      const values = { 'wasm ns': unchecked, 'checked ns': ours.get(`${program.name} true`).ns };
      if (peer === undefined) rows.push({ name: program.name, values });
      else {
        ratios.push(unchecked / peer);
        rows.push({ name: program.name, values: { ...values, 'kernel ns': peer }, ratio: unchecked / peer });
      }
    }
  } finally {
    kernel?.[Symbol.dispose]();
  }
  if (ratios.length > 0) {
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    rows.push({ name: 'geometric mean', values: {}, ratio: mean, target: { most: 1 } });
  }
  return [
    {
      title: `ebpf: ns a run, CPU time, medians of ${ROUNDS} rounds`,
      note: 'the cost of an empty program is taken off; checked: every access looked up, instructions counted',
      columns: kernel ? ['wasm ns', 'checked ns', 'kernel ns'] : ['wasm ns', 'checked ns'],
      rows,
    },
    await measureLoading(engine, isa, log, quick),
    await measureHelperCall(engine, isa),
  ];
}

const CPU_COUNT = 2;

/** The program with its map references put in. */
function instructionsOf(isa, text, mapValue) {
  return isa.assemble(text).map(instruction => {
    if (instruction.opcode !== 0x18 || instruction.src !== 1) return instruction;
    return { ...instruction, ...mapValue(instruction.imm) };
  });
}

async function measureOurs(
  { createAddressSpace, createMachine, createWasmEngine, linkProgram },
  { createMap },
  isa,
  program,
  checked,
) {
  const space = createAddressSpace();
  let random = 1;
  const host = {
    space,
    cpuCount: CPU_COUNT,
    now: () => 0,
    random: () => (random = Math.imul(random, 1664525) + 1013904223) >>> 0,
  };
  const created = program.maps.map((definition, n) => createMap(host, { name: `map${n}`, flags: 0, ...definition }));
  const scratch = space.allocate(64, 'scratch', 'read-write').address;
  for (const [n, { filled }] of program.maps.entries()) {
    for (let key = 0; key < filled; key++) {
      space.view.setUint32(scratch, key, true);
      created[n].userUpdate(scratch, scratch + 16, 0);
    }
  }
  const instructions = instructionsOf(isa, program.text, n => ({ src: 0, imm: created[n].handle }));
  const packet = space.allocate(program.data.length, 'packet', 'read-write');
  space.bytes.set(program.data, packet.address);
  const context = space.allocate(24, 'context', 'read');
  space.view.setUint32(context.address, packet.address, true);
  space.view.setUint32(context.address + 4, packet.address + packet.sizeBytes, true);
  const byHandle = new Map(created.map(map => [map.handle, map]));
  const lookup = {
    name: 'bpf_map_lookup_elem',
    signature: { count: 2, wideMask: 0, result: 'address' },
    call: (machine, handle, key) => byHandle.get(handle).lookup(machine, key),
  };
  const executable = createWasmEngine().compile(
    linkProgram({ name: 'bench', instructions }),
    id => (id === 1 ? lookup : undefined),
    { checked, space, mapAt: handle => byHandle.get(handle) },
  );
  const machine = createMachine({ space });
  const address = context.address;
  const result = executable.run(machine, address);
  const pass = repeat => {
    const begin = cpuNs();
    for (let n = 0; n < repeat; n++) executable.run(machine, address);
    return (cpuNs() - begin) / repeat;
  };
  pass(20_000);
  await settle();
  const repeat = Math.ceil(ROUND_NS / Math.max(pass(20_000), 1));
  pass(repeat);
  return { ns: median(Array.from({ length: ROUNDS }, () => pass(repeat))), result };
}

async function openKernel(log) {
  const { available, openKernelBpf } = await importFile('test/support/kernel-bpf.ts', ['koffi']);
  const reason = await available();
  if (reason !== true) {
    log(`NOT MEASURED: the kernel: ${reason}`);
    return undefined;
  }
  return openKernelBpf('the kernel');
}

const MAP_TYPES = { hash: 1, array: 2, percpu_array: 6 };
const XDP = 6;

function measureKernel(kernel, isa, { name, text, data, maps }, quick) {
  const created = maps.map(({ type, filled, ...options }) => {
    const map = kernel.createMap({ ...options, type: MAP_TYPES[type] });
    for (let key = 0; key < filled; key++) {
      const bytes = new Uint8Array(options.keySizeBytes);
      new DataView(bytes.buffer).setUint32(0, key, true);
      map.update(bytes, new Uint8Array(map.userValueSizeBytes));
    }
    return map;
  });
  const program = kernel.loadProgram({
    type: XDP,
    name: name.replace(/\W/g, '_'),
    instructions: instructionsOf(isa, text, n => ({ imm: created[n].fd })),
  });
  try {
    // The time of the whole call: the mean that the kernel gives is whole nanoseconds.
    const pass = repeat => {
      const begin = cpuNs();
      const { returnValue } = program.testRun({ data, repeat });
      return { ns: (cpuNs() - begin) / repeat, returnValue };
    };
    const { returnValue } = pass(1);
    const first = pass(KERNEL_REPEAT.least);
    const wanted = (quick ? ROUND_NS : ROUND_NS * 4) / first.ns;
    const repeat = Math.round(Math.min(KERNEL_REPEAT.most, Math.max(KERNEL_REPEAT.least, wanted)));
    // Two lengths: what a call costs however often it repeats falls out of the difference.
    const ns = median(
      Array.from({ length: ROUNDS }, () => {
        const short = pass((repeat / 4) | 0).ns * ((repeat / 4) | 0);
        const long = pass(repeat).ns * repeat;
        return (long - short) / (repeat - ((repeat / 4) | 0));
      }),
    );
    return { ns, result: returnValue };
  } finally {
    program[Symbol.dispose]();
    for (const map of created) map[Symbol.dispose]();
  }
}

/** From instructions to the end of the first run. */
async function measureLoading({ createAddressSpace, createMachine, createWasmEngine, linkProgram }, isa, log, quick) {
  const small = isa.assemble(PROGRAMS[0].text);
  const huge = isa.assemble(manyInstructions(78_000));
  const rows = [];
  for (const [name, instructions, most] of [
    [`log2, ${small.length} instructions`, small, 3],
    [`${huge.length} instructions`, huge, 1500],
  ]) {
    log(`load to first run: ${name}`);
    for (const checked of [false, true]) {
      const times = [];
      for (let round = 0; round < (quick ? 3 : 9); round++) {
        const space = createAddressSpace();
        const machine = createMachine({ space });
        const context = space.allocate(64, 'context', 'read-write').address;
        const begin = performance.now();
        const executable = createWasmEngine().compile(linkProgram({ name: 'load', instructions }), () => undefined, {
          checked,
          space,
        });
        executable.run(machine, context);
        times.push(performance.now() - begin);
      }
      // The first is a cold engine's: what a user waits for.
      const ms = name.startsWith('log2') ? times[0] : median(times);
      rows.push({
        name: `${name}, ${checked ? 'checked' : 'unchecked'}`,
        values: { ms },
        ratio: ms / most,
        target: { most: 1 },
      });
    }
  }
  return {
    title: 'ebpf: milliseconds from instructions to the end of the first run',
    note: 'the small program the first time, the long one the median; the ratio is to the limit',
    columns: ['ms'],
    rows,
  };
}

/** Straight pieces, branches and loads from the context and the stack, without end but the exit. */
function manyInstructions(count) {
  const lines = ['r0 = 0', 'r6 = r1', 'r3 = 1'];
  for (let n = 0; lines.length < count - 10; n++) {
    lines.push(
      `r2 = *(u32 *)(r6 +${(n % 15) * 4})`,
      `r2 += ${n}`,
      `r3 ^= r2`,
      `*(u64 *)(r10 -${8 + (n % 60) * 8}) = r3`,
      `if r2 > ${n % 1000} goto l${n}`,
      `r0 += r3`,
      `r3 <<= 1`,
      `l${n}: r0 ^= r2`,
    );
  }
  lines.push('exit');
  return lines.join('\n');
}

/** What a call of a helper in JavaScript adds to a run, over an addition in its place. */
async function measureHelperCall({ createAddressSpace, createMachine, createWasmEngine, linkProgram }, isa) {
  const CALLS = 64;
  const space = createAddressSpace();
  const machine = createMachine({ space });
  const targets = {
    2: { name: 'two', signature: { count: 2, wideMask: 0, result: 'u32' }, call: (_, r1, r2) => (r1 + r2) >>> 0 },
    3: { name: 'wide', signature: { count: 2, wideMask: 3, result: 'u64' }, call: (_, r1, r2) => (r1 + r2) >>> 0 },
  };
  const time = async (text, checked) => {
    const lines = ['r6 = 0'];
    for (let n = 0; n < CALLS; n++) lines.push('r1 = r6', 'r2 = 3', text, 'r6 = r0');
    const executable = createWasmEngine().compile(
      linkProgram({ name: 'calls', instructions: isa.assemble([...lines, 'exit'].join('\n')) }),
      id => targets[id],
      { checked, space },
    );
    const pass = repeat => {
      const begin = cpuNs();
      for (let n = 0; n < repeat; n++) executable.run(machine, 0);
      return (cpuNs() - begin) / repeat;
    };
    pass(5000);
    await settle();
    pass(5000);
    return median(Array.from({ length: ROUNDS }, () => pass(20_000)));
  };
  const rows = [];
  for (const checked of [false, true]) {
    const base = await time('r0 += r2', checked);
    for (const [name, text] of [
      ['two arguments', 'call unknown#2'],
      ['two of 64 bits, a 64-bit result', 'call unknown#3'],
    ]) {
      const ns = ((await time(text, checked)) - base) / CALLS;
      rows.push({
        name: `${name}, ${checked ? 'checked' : 'unchecked'}`,
        values: { ns },
        ratio: ns / 8,
        target: { most: 1 },
      });
    }
  }
  return {
    title: 'ebpf: ns a call of a helper in JavaScript',
    note: 'the ratio is to the limit of 8 ns',
    columns: ['ns'],
    rows,
  };
}
