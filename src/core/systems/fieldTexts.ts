import { text, type Text } from '../model/text.ts';

/** Descriptions of the fields of a payload by their path; `*` stands for any name or index: `Data.Ports.*.start`. */
export type FieldTexts = Readonly<Record<string, Text>>;

/** Fields of the facts that we ourselves put into the journal. */
export const controlFieldTexts: FieldTexts = {
  id: text('Id of the operation; all events about it have it.'),
  operation: text('Name of the operation, as in the commands.'),
  title: text('The operation in words.'),
  window: text('Window in which it was asked for.'),
  runner: text('Window that does it for the one in which it was asked for.'),
  kind: text('Kind of the instance.'),
  key: text("The system's id of the instance."),
  name: text('Name of the instance, where it is not its id.'),
  host: text('Machine behind the connection.'),
  outcome: text('"succeeded", "failed", "refused" (not even begun) or "cancelled".'),
  message: text('Words for people.'),
  text: text('Output of the program that does it.'),
  state: text('State of the connection from here on.'),
  detail: text('Reason for the state.'),
  retryAt: text('When the connection is tried again, in milliseconds since 1970.'),
  task: text('Id of the task in this extension.'),
  systemId: text("The system's own id of the task."),
  address: text('Where it was to be sent.'),
};
