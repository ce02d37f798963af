import examples from './examples.json' with { type: 'json' };

/** A message as KGSM would send it: types of the 2.x line in its form, what came later in the form of 3.x. */
export function exampleOf(type: string): unknown {
  const recent: Readonly<Record<string, unknown>> = examples.recent;
  const classic: Readonly<Record<string, unknown>> = examples.classic;
  const subject = type.startsWith('blueprint_') ? {} : { InstanceName: 'minecraft-1' };
  if (Object.hasOwn(recent, type)) {
    return {
      V: 1,
      EventType: type,
      Data: { ...subject, ...(recent[type] as object) },
      ...examples.recentEnvelope,
    };
  }
  return {
    EventType: type,
    Data: { ...subject, ...(classic[type] as object | undefined) },
    ...examples.classicEnvelope,
  };
}
