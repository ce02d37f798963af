export const taskProgressModes = ['mine', 'all', 'never'] as const;

/** Limits of the task time-out in minutes. */
export const taskTimeoutRange = { minimum: 1, maximum: 1440 } as const;

/** Limits of the size of a recording in megabytes, and of its time in hours. */
export const recordingSizeRange = { minimum: 1, maximum: 100_000 } as const;
export const recordingDurationRange = { minimum: 0.01, maximum: 8_760 } as const;

/** Values of settings that the user has not made, or has made of a wrong type. */
export const defaults = {
  alertKinds: ['crash', 'connectionLost'],
  connectOnStartup: true,
  taskProgress: 'mine',
  /** Minutes. */
  taskTimeout: 60,
  /** Megabytes. */
  recordingMaxSize: 500,
  /** Hours. */
  recordingMaxDuration: 24,
} as const;
