/** Seconds of sound that are converted in a second, until more is known: about what one core of 2020 makes of a film with AAC. */
const START_SPEED = 50;
/** `normalize` reads the film twice. */
const START_SPEED_NORMALIZED = 25;
/** These speeds count as much as a conversion that took this many seconds. */
const START_SECONDS = 10;
/** Seconds of converting after which a measurement counts half. Long conversions say more about the machine than short ones. */
const HALF_LIFE_SECONDS = 120;

/** How fast this converter is, as a moving average over its conversions. It is lost when the process ends. */
export interface ConversionSpeed {
  record(conversion: { soundSeconds: number; seconds: number; isNormalized: boolean }): void;
  /** Returns the seconds that a conversion will take. */
  estimate(conversion: { soundSeconds: number; isNormalized: boolean }): number;
}

export function createConversionSpeed(): ConversionSpeed {
  const [plain, normalized] = [movingAverage(START_SPEED), movingAverage(START_SPEED_NORMALIZED)];
  return {
    record({ soundSeconds, seconds, isNormalized }) {
      (isNormalized ? normalized : plain).add(soundSeconds, seconds);
    },
    estimate: ({ soundSeconds, isNormalized }) => soundSeconds / (isNormalized ? normalized : plain).speed(),
  };
}

function movingAverage(startSpeed: number) {
  let [sound, time] = [startSpeed * START_SECONDS, START_SECONDS];
  return {
    add(soundSeconds: number, seconds: number): void {
      if (!(soundSeconds > 0 && seconds > 0)) return;
      const weight = 0.5 ** (seconds / HALF_LIFE_SECONDS);
      sound = sound * weight + soundSeconds;
      time = time * weight + seconds;
    },
    speed: () => sound / time,
  };
}
