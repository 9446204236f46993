// Time: CPU seconds, not those of the clock, so that a busy machine changes little; medians of several rounds.

/** CPU time of this process so far (all threads), in nanoseconds. */
export function cpuNs() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs `work` `rounds` times and gives the median CPU nanoseconds of one. */
export function medianCpuNs(rounds, work) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const begin = cpuNs();
    work();
    times.push(cpuNs() - begin);
  }
  return median(times);
}

/** Lets background compilation finish. */
export const settle = () => new Promise(resolve => setTimeout(resolve, 300));
