/** Seconds of work after which a measurement counts half. Long work says more about the machine than short work. */
const HALF_LIFE_SECONDS = 120;

/** An amount of work per second, over all measurements, of which newer ones count more. */
export interface MovingAverage {
  add(amount: number, seconds: number): void;
  /** Undefined before the first measurement, unless there is a start. */
  perSecond(): number | undefined;
  /** Null before the first measurement. */
  measured(): number | null;
}

/** @param start what is assumed before the first measurement, and how many seconds of work it counts as much as */
export function createMovingAverage(start?: { perSecond: number; seconds: number }): MovingAverage {
  let [amount, time] = start ? [start.perSecond * start.seconds, start.seconds] : [0, 0];
  let isMeasured = false;
  const perSecond = () => (time > 0 ? amount / time : undefined);
  return {
    add(newAmount, seconds) {
      if (!(newAmount > 0 && seconds > 0)) return;
      const weight = 0.5 ** (seconds / HALF_LIFE_SECONDS);
      amount = amount * weight + newAmount;
      time = time * weight + seconds;
      isMeasured = true;
    },
    perSecond,
    measured: () => (isMeasured ? (perSecond() ?? null) : null),
  };
}
