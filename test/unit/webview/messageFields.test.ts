import { describe, expect, it } from 'vitest';
import { messageSchema } from '../../../src/core/playback/emission/messageSchema.ts';
import type { MessagePlace } from '../../../src/core/systems/emit.ts';
import { readJson } from '../../../src/webview/base/json.ts';
import { checkMessage, pathText } from '../../../src/webview/emit/checkMessage.ts';
import {
  elementOf,
  fieldsOf,
  firstValue,
  type Field,
  type JsonSchema,
} from '../../../src/webview/emit/schemaFields.ts';
import { allSystems } from '../core/helpers.ts';

const place: MessagePlace = { now: Date.UTC(2026, 10, 27), host: 'here', newId: () => 'id-1' };

const problemsIn = (schema: JsonSchema, text: string): string[] => {
  const { root } = readJson(text);
  if (!root) throw new Error('no JSON');
  return checkMessage(schema, root, text).map(({ path, message }) => `${pathText(path)} ${message}`);
};

const outline = (fields: readonly Field[]): string[] =>
  fields.flatMap((field) => [
    `${pathText(field.path)}${field.isRequired ? '*' : ''} ${field.kind}`,
    ...outline(field.fields),
  ]);

const example: JsonSchema = {
  type: 'object',
  required: ['type', 'data'],
  properties: {
    type: { const: 'started' },
    data: {
      type: 'object',
      required: ['name', 'ports'],
      properties: {
        name: { type: 'string', minLength: 1, description: 'Its name.', examples: ['mc-1'] },
        mode: { anyOf: [{ enum: ['a', 'b'] }, { type: 'null' }] },
        count: { type: 'integer', minimum: 0 },
        on: { type: ['boolean', 'null'] },
        ports: { type: 'array', items: { $ref: '#/$defs/port' } },
        code: { anyOf: [{ type: 'number' }, { type: 'string' }] },
        any: {},
      },
    },
  },
  $defs: {
    port: {
      type: 'object',
      required: ['start', 'protocol'],
      properties: {
        start: { type: 'integer', examples: [25_565] },
        protocol: { enum: ['tcp', 'udp'] },
        of: { $ref: '#/$defs/port' },
      },
    },
  },
};

describe('the fields of a schema', () => {
  it('have the kind of their values, and say what is required', () => {
    expect(outline(fieldsOf(example))).toEqual([
      'type* constant',
      'data* object',
      'data.name* text',
      'data.mode choice',
      'data.count number',
      'data.on boolean',
      'data.ports* list',
      'data.code json',
      'data.any json',
    ]);
    const [, data] = fieldsOf(example);
    expect(data?.fields[0]).toMatchObject({ description: 'Its name.', example: 'mc-1' });
    expect(data?.fields[1]?.choices).toEqual(['"a"', '"b"']);
    expect(data?.fields[2]?.order).toEqual(['name', 'mode']);
  });

  it('repeat for each element of a list, which begins with all that it needs', () => {
    const ports = fieldsOf(example)[1]?.fields[4];
    if (!ports) throw new Error('no ports');
    expect(outline(elementOf(ports, 1, example).fields).slice(0, 3)).toEqual([
      'data.ports[1].start* number',
      'data.ports[1].protocol* choice',
      'data.ports[1].of object',
    ]);
    expect(firstValue(ports.items, example)).toBe('{ "start": 25565, "protocol": "tcp" }');
  });

  it('come to an end where a schema refers to itself or to nothing', () => {
    const endless: JsonSchema = { type: 'object', properties: { me: { $ref: '#' } } };
    expect(outline(fieldsOf(endless)).length).toBeLessThan(20);
    expect(
      outline(fieldsOf({ properties: { a: { $ref: '#/nowhere' }, b: { $ref: '#/properties/b' } } })),
    ).toEqual(['a json', 'b json']);
    expect(fieldsOf({ properties: { __proto__: 7, x: null } })).toEqual([]);
  });
});

describe('the check of a message', () => {
  it('names the path and what is wrong', () => {
    const text =
      '{"type":"stopped","data":{"name":"","mode":"c","count":-1.5,"on":1,"ports":[{"start":"x"}],"code":{}}}';
    expect(problemsIn(example, text)).toEqual([
      'type must be "started"',
      'data.name must not be empty',
      'data.mode must be "a" or "b"',
      'data.count must be a whole number',
      'data.on must be true or false or null',
      'data.ports[0].protocol is missing',
      'data.ports[0].start must be a whole number',
      'data.code must be a number or a text',
    ]);
    expect(problemsIn(example, '{}')).toEqual(['type is missing', 'data is missing']);
    expect(problemsIn(example, '[]')).toEqual([' must be an object']);
  });

  it('has nothing against null where that may be, unknown names and repeated ones', () => {
    expect(
      problemsIn(
        example,
        '{"type":7,"type":"started","more":[],"__proto__":1,"data":{"name":"a","mode":null,"on":null,"ports":[]}}',
      ),
    ).toEqual([]);
  });

  it('ends in good time, however much is wrong and however deep it is', () => {
    const many = `{"type":"started","data":{"name":"a","ports":[${'0,'.repeat(100_000)}0]}}`;
    expect(problemsIn(example, many)).toHaveLength(50);
    const deep = `{"type":"started","data":{"name":"a","ports":[],"any":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`;
    expect(problemsIn(example, deep)).toEqual([]);
    expect(
      problemsIn(
        example,
        JSON.stringify({ type: 'started', data: { name: 'y'.repeat(1_000_000), ports: [] } }),
      ),
    ).toEqual([]);
  });
});

describe('the examples of all systems', () => {
  const types = allSystems.flatMap((system) => system.catalog.map((entry) => ({ system, entry })));

  it('match the schemas that their forms are made of, and have a field for each of their values', async () => {
    const problems: string[] = [];
    for (const { system, entry } of types) {
      const form = (await system.messageForm?.(entry.type, place)) ?? { example: entry.example };
      const schema = messageSchema(form, () => undefined);
      problems.push(
        ...problemsIn(schema, JSON.stringify(form.example)).map((each) => `${entry.type}: ${each}`),
      );
      const named = new Set(outline(fieldsOf(schema)).map((line) => line.split(/[ *]/)[0]));
      for (const name of Object.keys(form.example as object))
        if (!named.has(name)) problems.push(`${entry.type}: no field for ${name}`);
    }
    expect(problems).toEqual([]);
  });

  it('have a schema of their own wherever they can be sent', async () => {
    const without: string[] = [];
    for (const { system, entry } of types) {
      const form = entry.sentBy === 'server' ? { schema: {} } : await system.messageForm?.(entry.type, place);
      if (!form?.schema) without.push(entry.type);
    }
    expect(without).toEqual([]);
  });
});
