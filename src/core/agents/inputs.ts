import * as z from 'zod/mini';

const connection = z.optional(z.string().check(z.maxLength(100), z.describe('Id or name of a connection.')));
const instance = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(300),
    z.describe('Name or key of a game server, as listInstances gives it.'),
  );

/** Inputs of the tools that agents get. */
export const agentInputs = {
  listInstances: z.strictObject({
    connection,
    state: z.optional(
      z.string().check(z.describe('Only those in this state, such as running, stopped or crashed.')),
    ),
    text: z.optional(z.string().check(z.describe('Only those whose name or game holds this text.'))),
  }),
  describeConnection: z.strictObject({ connection }),
  queryEvents: z.strictObject({
    query: z
      .string()
      .check(
        z.maxLength(2_000),
        z.describe(
          'A query such as "type:instance_crashed time:>now-1d" or "instance:mc-1 is:failed". Fields: type, connection, instance, system, host, channel, class, direction, origin, severity, time, size, task, correlation, summary; is:failed, is:error, is:task, is:noise; $.path:value for the payload; -term leaves out; OR and parentheses.',
        ),
      ),
    limit: z.optional(
      z.number().check(z.int(), z.minimum(1), z.maximum(50), z.describe('Events at most; 20 if absent.')),
    ),
  }),
  getTask: z.strictObject({
    id: z.optional(z.string().check(z.describe('Id of a task.'))),
    instance: z.optional(instance),
    connection,
  }),
  explainFailure: z.strictObject({ instance, connection }),
  runOperation: z.strictObject({
    operation: z
      .string()
      .check(
        z.describe('Id of an operation, as describeConnection and listInstances offer it, such as restart.'),
      ),
    instance: z.optional(instance),
    connection,
    input: z.optional(z.record(z.string(), z.string())),
  }),
  emitEvent: z.strictObject({
    connection: z.string().check(z.maxLength(100), z.describe('Id or name of the connection to send to.')),
    message: z
      .string()
      .check(
        z.minLength(1),
        z.maxLength(16_000),
        z.describe(
          'The exact message, as the manager itself would send it; queryEvents shows the payloads of real ones.',
        ),
      ),
  }),
} as const;

export type AgentTool = keyof typeof agentInputs;

export type AgentInput<Tool extends AgentTool> = z.output<(typeof agentInputs)[Tool]>;
