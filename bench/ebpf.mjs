// Nanoseconds a run of eBPF programs: our WebAssembly JIT beside the kernel's JIT (BPF_PROG_TEST_RUN with a large repeat): the
// same bytecode, the same packet, the cost of an empty program taken off in both.

import { importFile, importSource } from './build.mjs';
import { EMPTY, PROGRAMS } from './ebpf-programs.mjs';
import { cpuNs, median, settle } from './measure.mjs';

export const description = 'ns a run of eBPF programs: WebAssembly JIT beside the kernel';

const ROUNDS = 7;
/** A round runs for about this long. */
const ROUND_NS = 80e6;
/** Runs before anything is measured. The kernel's call takes some 20 ms however few it runs. */
const WARM_RUNS = 20_000;
const KERNEL_WARM_RUNS = 500_000;
/** Below this, the difference of two measurements says nothing. */
const RESOLUTION_NS = 0.5;

export async function run({ log, quick }) {
  const engine = await importSource('engine/index.ts');
  const maps = await importSource('maps/create.ts');
  const isa = await importSource('isa/extended/index.ts');
  const loading = await measureLoading(engine, isa, log, quick);
  const programs = [{ name: 'empty', text: EMPTY, data: new Uint8Array(64), maps: [] }, ...PROGRAMS];
  const kernel = await openKernel(log);
  const columns = { 'wasm ns': [], 'checked ns': [], ...(kernel && { 'kernel ns': [] }) };
  try {
    for (const program of programs) {
      columns['wasm ns'].push(prepareOurs(engine, maps, isa, program, false));
      columns['checked ns'].push(prepareOurs(engine, maps, isa, program, true));
      if (kernel) columns['kernel ns'].push(prepareKernel(kernel, isa, program));
      checkResults(program, Object.values(columns));
    }
    // All are warm before any is measured, so that all are measured alike.
    await settle();
    for (const measured of Object.values(columns).flat()) measured.warm();
    await settle();
    for (let round = 0; round < (quick ? 5 : ROUNDS); round++) {
      log(`round ${round + 1}`);
      for (const measured of Object.values(columns).flat()) measured.round();
    }
  } finally {
    kernel?.[Symbol.dispose]();
  }
  for (const [name, [empty]] of Object.entries(columns)) log(`an empty program: ${empty.least.toFixed(1)} ${name}`);
  const rows = [];
  const ratios = [];
  PROGRAMS.forEach(({ name }, n) => {
    const values = Object.fromEntries(
      Object.entries(columns).map(([column, [empty, ...others]]) => [column, others[n].least - empty.least]),
    );
    if (!kernel) rows.push({ name, values });
    else if (Math.min(values['wasm ns'], values['kernel ns']) < RESOLUTION_NS) {
      log(`NOT MEASURED: ${name}: lost in the noise of this machine`);
      rows.push({ name, values });
    } else {
      const ratio = values['wasm ns'] / values['kernel ns'];
      ratios.push(ratio);
      rows.push({ name, values, ratio });
    }
  });
  if (ratios.length > 0) {
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    rows.push({ name: 'geometric mean', values: {}, ratio: mean, target: { most: 1 } });
  }
  return [
    {
      title: `ebpf: ns a run, CPU time, the least of ${ROUNDS} rounds`,
      note: 'the cost of an empty program is taken off; checked: every access looked up, instructions counted',
      columns: Object.keys(columns),
      rows,
    },
    loading,
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

function prepareOurs(
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
  return measurement(executable.run(machine, address), WARM_RUNS, repeat => {
    const begin = cpuNs();
    for (let n = 0; n < repeat; n++) executable.run(machine, address);
    return cpuNs() - begin;
  });
}

/** Rounds of `pass(repeat)`, which gives nanoseconds; the least of them, a run. `fixed`: what a pass takes however often it repeats. */
function measurement(result, warmRuns, pass, hasFixedCost = false) {
  let repeat = warmRuns;
  const measured = {
    result,
    least: Infinity,
    warm() {
      pass(warmRuns);
      repeat = Math.ceil((ROUND_NS / Math.max(pass(warmRuns), 1)) * warmRuns);
    },
    round() {
      // Of two lengths the difference is free of the fixed cost.
      const short = hasFixedCost ? repeat >> 2 : 0;
      const before = short > 0 ? pass(short) : 0;
      measured.least = Math.min(measured.least, (pass(repeat) - before) / (repeat - short));
    },
  };
  return measured;
}

function checkResults({ name, expected }, columns) {
  const [first, ...others] = columns.map(measured => measured.at(-1).result);
  if (expected !== undefined && first !== expected) throw new Error(`${name} gives ${first}, not ${expected}`);
  for (const other of others) if (other !== first) throw new Error(`${name} gives ${first} here, ${other} there`);
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

/** What it loads goes with the kernel object. */
function prepareKernel(kernel, isa, { name, text, data, maps }) {
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
  // The time of the whole call: the mean that the kernel gives is whole nanoseconds.
  const { returnValue } = program.testRun({ data });
  return measurement(
    returnValue,
    KERNEL_WARM_RUNS,
    repeat => {
      const begin = cpuNs();
      program.testRun({ data, repeat });
      return cpuNs() - begin;
    },
    true,
  );
}

/** From instructions to the end of the first run. */
async function measureLoading({ createAddressSpace, createMachine, createWasmEngine, linkProgram }, isa, log, quick) {
  const small = isa.assemble(PROGRAMS[0].text);
  const huge = isa.assemble(manyInstructions(78_000));
  const space = createAddressSpace();
  const machine = createMachine({ space });
  const context = space.allocate(64, 'context', 'read-write').address;
  const rows = [];
  for (const [name, instructions, most] of [
    [`log2, ${small.length} instructions`, small, 3],
    [`${huge.length} instructions`, huge, 1500],
  ]) {
    log(`load to first run: ${name}`);
    for (const checked of [false, true]) {
      const times = [];
      for (let round = 0; round < (quick ? 5 : 15); round++) {
        const begin = performance.now();
        const executable = createWasmEngine().compile(linkProgram({ name: 'load', instructions }), () => undefined, {
          checked,
          space,
        });
        executable.run(machine, context);
        times.push(performance.now() - begin);
      }
      rows.push({
        name: `${name}, ${checked ? 'checked' : 'unchecked'}`,
        values: { 'first ms': times[0], 'later ms': median(times) },
        ratio: median(times) / most,
        target: { most: 1 },
      });
    }
  }
  return {
    title: 'ebpf: milliseconds from instructions to the end of the first run',
    note: 'first: with an engine that has not compiled anything before; later: medians; the ratio is of these to the limit',
    columns: ['first ms', 'later ms'],
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
