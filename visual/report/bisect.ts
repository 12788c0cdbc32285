// Questions about sorted times.

export type Sorted = ArrayLike<number>;

/** The first place whose value is at least x. */
export function lowerBound(a: Sorted, x: number): number {
  return lowerBoundBy(a, (value) => value, x);
}

/** The first item whose key is at least x, of items in the order of their keys. */
export function lowerBoundBy<T>(a: ArrayLike<T>, key: (item: T) => number, x: number): number {
  let lo = 0;
  let hi = a.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (key(a[mid]) < x) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** How many values are in [from, to). */
export function countBetween(a: Sorted, from: number, to: number): number {
  return lowerBound(a, to) - lowerBound(a, from);
}

/**
 * Spans sorted by start, asked for those that touch a window. Blocks remember
 * their latest end, so that a few long spans do not cost a scan of all.
 */
export class Spans {
  private static readonly block = 256;
  private readonly latest: Float64Array;

  constructor(readonly start: Float64Array, readonly end: Float64Array) {
    this.latest = new Float64Array(Math.ceil(start.length / Spans.block)).fill(-Infinity);
    for (let i = 0; i < end.length; i++) {
      const b = (i / Spans.block) | 0;
      if (end[i] > this.latest[b]) this.latest[b] = end[i];
    }
  }

  get count(): number {
    return this.start.length;
  }

  /** Calls back with the number of each span that touches [from, to], in order; stops when the callback says false. */
  touching(from: number, to: number, see: (i: number) => boolean | void): void {
    const stop = lowerBound(this.start, to);
    for (let b = 0; b * Spans.block < stop; b++) {
      if (this.latest[b] < from) continue;
      const last = Math.min(stop, (b + 1) * Spans.block);
      for (let i = b * Spans.block; i < last; i++) {
        if (this.end[i] >= from && see(i) === false) return;
      }
    }
  }

  /** How many spans touch [from, to], counted up to a limit. */
  countTouching(from: number, to: number, limit: number): number {
    let n = 0;
    this.touching(from, to, () => ++n < limit);
    return n;
  }
}
