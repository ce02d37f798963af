export const taskProgressModes = ['mine', 'all', 'never'] as const;

/** Limits of the task time-out in minutes. */
export const taskTimeoutRange = { minimum: 1, maximum: 1440 } as const;

/** Values of settings that the user has not made, or has made of a wrong type. */
export const defaults = {
  connectOnStartup: true,
  taskProgress: 'mine',
  /** Minutes. */
  taskTimeout: 60,
} as const;
