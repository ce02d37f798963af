import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** Enough for a workbench: its few colours stay, only the edges of letters share theirs. */
const paletteSize = 256;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

interface Colour {
  readonly channels: readonly [number, number, number];
  readonly count: number;
}

/** The same picture with a palette, which takes a third of the space. Takes what a browser makes: 8 bits, RGB or RGBA, not interlaced. */
export function withPalette(png: Buffer): Buffer {
  const { header, data } = chunksOf(png);
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const pixelBytes = { 2: 3, 6: 4 }[header.readUInt8(9)];
  if (header.readUInt8(8) !== 8 || pixelBytes === undefined || header.readUInt8(12) !== 0) return png;
  const pixels = unfiltered(inflateSync(data), width, height, pixelBytes);
  const { palette, indexOf } = paletteOf(pixels, pixelBytes);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const colour = pixels.readUIntBE((y * width + x) * pixelBytes, 3);
      rows[y * (width + 1) + 1 + x] = indexOf.get(colour) ?? 0;
    }
  const newHeader = Buffer.from(header);
  newHeader.writeUInt8(3, 9);
  return Buffer.concat([
    signature,
    chunk('IHDR', newHeader),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunksOf(png: Buffer): { readonly header: Buffer; readonly data: Buffer } {
  const data: Buffer[] = [];
  let header = Buffer.alloc(13);
  for (let at = signature.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const content = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = Buffer.from(content);
    if (type === 'IDAT') data.push(content);
    at += length + 12;
  }
  return { header, data: Buffer.concat(data) };
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(content.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), whole.length - 4);
  return whole;
}

/** Takes back what each row says of its differences from its neighbours. */
function unfiltered(rows: Buffer, width: number, height: number, pixelBytes: number): Buffer {
  const length = width * pixelBytes;
  const out = Buffer.alloc(length * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (length + 1)] ?? 0;
    for (let x = 0; x < length; x++) {
      const at = y * length + x;
      const left = x >= pixelBytes ? (out[at - pixelBytes] ?? 0) : 0;
      const up = y > 0 ? (out[at - length] ?? 0) : 0;
      const corner = x >= pixelBytes && y > 0 ? (out[at - length - pixelBytes] ?? 0) : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      out[at] = (rows[y * (length + 1) + 1 + x] ?? 0) + predicted;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((each) => Math.abs(estimate - each)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** Halves the colours along their widest channel until there are enough groups; each group gets its mean. */
function paletteOf(
  pixels: Buffer,
  pixelBytes: number,
): { readonly palette: readonly (readonly number[])[]; readonly indexOf: ReadonlyMap<number, number> } {
  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += pixelBytes) {
    const colour = pixels.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  let groups: Colour[][] = [
    [...counts].map(([colour, count]) => ({
      channels: [colour >> 16, (colour >> 8) & 255, colour & 255],
      count,
    })),
  ];
  while (groups.length < paletteSize) {
    const widest = groups
      .map(spread)
      .reduce((best, each, at, all) => (each.width > (all[best]?.width ?? 0) ? at : best), 0);
    const group = groups[widest] ?? [];
    const { channel, width } = spread(group);
    if (width === 0) break;
    const sorted = group.toSorted((a, b) => a.channels[channel] - b.channels[channel]);
    const middle = ((sorted[0]?.channels[channel] ?? 0) + (sorted.at(-1)?.channels[channel] ?? 0)) / 2;
    const half = sorted.findIndex(({ channels }) => channels[channel] > middle);
    groups = [...groups.filter((each) => each !== group), sorted.slice(0, half), sorted.slice(half)];
  }
  const indexOf = new Map(
    groups.flatMap((group, index) =>
      group.map(({ channels: [red, green, blue] }) => [(red << 16) | (green << 8) | blue, index] as const),
    ),
  );
  return { palette: groups.map(meanOf), indexOf };
}

function spread(group: readonly Colour[]): { readonly channel: 0 | 1 | 2; readonly width: number } {
  const widths = ([0, 1, 2] as const).map((channel) => {
    let [low, high] = [255, 0];
    for (const { channels } of group) {
      low = Math.min(low, channels[channel]);
      high = Math.max(high, channels[channel]);
    }
    return { channel, width: high - low };
  });
  return widths.reduce((best, each) => (each.width > best.width ? each : best));
}

function meanOf(group: readonly Colour[]): readonly number[] {
  const total = group.reduce((sum, { count }) => sum + count, 0);
  return [0, 1, 2].map((channel) =>
    Math.round(group.reduce((sum, { channels, count }) => sum + (channels[channel] ?? 0) * count, 0) / total),
  );
}
