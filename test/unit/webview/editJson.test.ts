import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../../src/webview/base/json.ts';
import { valueAt, withoutValue, withValue, type Path } from '../../../src/webview/emit/editJson.ts';

const sourceAt = (text: string, path: Path): string | undefined => {
  const node = valueAt(readJson(text).root, path);
  return node && text.slice(node.start, node.end);
};

describe('a value that a field writes into a message', () => {
  it('leaves all the rest as it is written', () => {
    const text = '{ "long": 12345678901234567890.10,\n\t"a" : "x",  "a": "y", "odd\\u0041": [1e400] }\r\n';
    expect(withValue(text, ['long'], '7')).toBe(text.replace('12345678901234567890.10', '7'));
    expect(withValue(text, ['a'], '"z"')).toBe(text.replace('"y"', '"z"'));
    expect(withValue(text, ['oddA', 0], 'true')).toBe(text.replace('1e400', 'true'));
  });

  it('stands in the looks of the document, behind the names that come before it', () => {
    const pretty = JSON.stringify({ EventType: 'x', Data: { InstanceName: 'a' }, Hostname: 'h' }, null, 2);
    expect(withValue(pretty, ['Data', 'Blueprint'], '"b"')).toBe(
      JSON.stringify({ EventType: 'x', Data: { InstanceName: 'a', Blueprint: 'b' }, Hostname: 'h' }, null, 2),
    );
    expect(withValue(pretty, ['Timestamp'], '"t"', ['EventType', 'Data'])).toBe(
      JSON.stringify({ EventType: 'x', Data: { InstanceName: 'a' }, Timestamp: 't', Hostname: 'h' }, null, 2),
    );
    expect(withValue(pretty, ['V'], '1', [])).toContain('"Hostname": "h",\n  "V": 1\n}');
    expect(withValue('{"b":1}', ['a'], '2', ['x'])).toBe('{"a":2,"b":1}');
    expect(withValue('{"b": 1, "c": 2}', ['d'], '3', ['c'])).toBe('{"b": 1, "c": 2, "d": 3}');
  });

  it('makes the objects on its way, also in the place of something else', () => {
    expect(withValue('', ['Data', 'a'], '1')).toBe(JSON.stringify({ Data: { a: 1 } }, null, 2));
    expect(withValue('{}', ['Data', 'Ports', 0], '1')).toBe('{"Data":{"Ports":[1]}}');
    expect(withValue('{"Data":"text","x":1}', ['Data', 'a'], '1')).toBe('{"Data":{"a":1},"x":1}');
    expect(withValue('[1]', ['a'], '1')).toBe('{"a":1}');
  });

  it('can be any text for a name: __proto__ is one like others', () => {
    const text = withValue('{"a":1}', ['__proto__', 'constructor'], '"x"');
    expect(text).toBe('{"a":1,"__proto__":{"constructor":"x"}}');
    expect(sourceAt(text, ['__proto__', 'constructor'])).toBe('"x"');
    expect(sourceAt('{}', ['__proto__'])).toBeUndefined();
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('is what is read back, in any document at any path, and going away it leaves what was before', () => {
    const path = fc.array(fc.oneof(fc.string(), fc.constant('__proto__')), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        path,
        fc.jsonValue(),
        fc.constantFrom(undefined, 2),
        (document, steps, value, indent) => {
          const before = JSON.stringify(document, null, indent);
          const json = JSON.stringify(value);
          const after = withValue(before, steps, json);
          expect(readJson(after).problem).toBeNull();
          expect(sourceAt(after, steps)).toBe(json);
          const without = withoutValue(after, steps);
          expect(readJson(without).problem).toBeNull();
          expect(sourceAt(without, steps)).toBeUndefined();
          const first = steps[0] ?? '';
          for (const name of Object.keys(document).filter((each) => each !== first))
            expect(sourceAt(without, [name])).toBe(sourceAt(before, [name]));
        },
      ),
    );
  });

  it('takes a document of great depth and length in good time', () => {
    const deep = `{"Data":${'['.repeat(50_000)}${']'.repeat(50_000)},"x":1}`;
    expect(withValue(deep, ['x'], '2')).toBe(deep.replace('"x":1', '"x":2'));
    const long = JSON.stringify({ a: 'y'.repeat(1_000_000), b: 1 });
    expect(withoutValue(long, ['b'])).toBe(long.replace(',"b":1', ''));
  });
});

describe('a value that goes', () => {
  it('goes under every name that repeats, and with its comma', () => {
    expect(withoutValue('{"a":1,"b":2,"a":3}', ['a'])).toBe('{"b":2}');
    expect(withoutValue('{"b":2,\n "a":3\n}', ['a'])).toBe('{"b":2\n}');
    expect(withoutValue('{ "a": 1 }', ['a'])).toBe('{}');
    expect(withoutValue('[1,1,2]', [0])).toBe('[1,2]');
    expect(withoutValue('{"a":1}', ['b', 'c'])).toBe('{"a":1}');
  });
});
