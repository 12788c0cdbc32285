// The window of time that is shown, and how it moves.

export class View {
  t0: number;
  t1: number;
  /** Pixels by which the lanes are scrolled up. */
  scroll = 0;
  /** Where time begins and ends on the canvas, in pixels. */
  left = 0;
  right = 1;

  private readonly shortest: number; // below that nothing more is to be seen

  constructor(readonly end: number) {
    this.shortest = Math.min(2_000, end / 20); // a history without clocks counts lines as nanoseconds
    this.t0 = 0;
    this.t1 = end;
    this.set(0, end);
  }

  get span(): number {
    return this.t1 - this.t0;
  }

  /** A little room on both sides of the run, so that its ends can be seen. */
  private get margin(): number {
    return this.end * 0.02;
  }

  x(t: number): number {
    return this.left + ((t - this.t0) / this.span) * (this.right - this.left);
  }

  time(x: number): number {
    return this.t0 + ((x - this.left) / (this.right - this.left)) * this.span;
  }

  /** Nanoseconds per pixel. */
  get scale(): number {
    return this.span / (this.right - this.left);
  }

  /** Shows [t0, t1] as far as the run and the shortest span allow. */
  set(t0: number, t1: number): void {
    const low = -this.margin;
    const high = this.end + this.margin;
    const span = Math.min(Math.max(t1 - t0, this.shortest), high - low);
    const middle = (t0 + t1) / 2;
    this.t0 = Math.min(Math.max(middle - span / 2, low), high - span);
    this.t1 = this.t0 + span;
  }

  whole(): void {
    this.set(-this.margin, this.end + this.margin);
  }

  zoom(factor: number, at: number = (this.t0 + this.t1) / 2): void {
    const span = Math.min(Math.max(this.span / factor, this.shortest), this.end + 2 * this.margin);
    const share = (at - this.t0) / this.span;
    this.set(at - share * span, at - share * span + span);
  }

  pan(dt: number): void {
    this.set(this.t0 + dt, this.t1 + dt);
  }
}

/** The distance of ticks that leaves at least a number of pixels between them. */
export function tickStep(scale: number, pixels: number): number {
  const least = scale * pixels;
  const power = Math.pow(10, Math.floor(Math.log10(least)));
  for (const m of [1, 2, 5]) if (m * power >= least) return Math.max(1, m * power);
  return 10 * power;
}
