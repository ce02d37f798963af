/** The shape of one side of a conversation: its requests (with answers) and its notices (without). */
export interface Side {
  readonly requests: object;
  readonly notices: object;
}

type Requests<S extends Side> = S['requests'];
type Notices<S extends Side> = S['notices'];
type Params<F> = F extends (params: infer P) => unknown ? P : never;
type Answer<F> = F extends (params: never) => infer R ? Awaited<R> : never;

/** Handlers of one side: the type names every request and notice of the contract, so that none is forgotten. */
export type Handlers<S extends Side> = {
  readonly [K in keyof Requests<S>]: (
    params: Params<Requests<S>[K]>,
  ) => Answer<Requests<S>[K]> | Promise<Answer<Requests<S>[K]>>;
} & { readonly [K in keyof Notices<S>]: (params: Params<Notices<S>[K]>) => void };

/** The other side, as seen from here. */
export interface Remote<S extends Side> {
  request<K extends keyof Requests<S> & string>(
    method: K,
    params: Params<Requests<S>[K]>,
  ): Promise<Answer<Requests<S>[K]>>;
  notify<K extends keyof Notices<S> & string>(method: K, params: Params<Notices<S>[K]>): void;
}

type Wire =
  | { readonly rpc: 'request'; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly rpc: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly rpc: 'notice'; readonly method: string; readonly params: unknown };

/** The other side could not answer. */
class RpcError extends Error {
  override readonly name = 'RpcError';
}

/**
 * Both ends of the webview conversation: typed by one contract, one listener, answers matched by id.
 * `receive` takes whatever the transport delivers and ignores what is not of this protocol.
 */
export class RpcChannel<Here extends Side, There extends Side> implements Remote<There> {
  #nextId = 1;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  readonly #post: (message: unknown) => void;
  readonly #handlers: Handlers<Here>;

  constructor(post: (message: unknown) => void, handlers: Handlers<Here>) {
    this.#post = post;
    this.#handlers = handlers;
  }

  request<K extends keyof Requests<There> & string>(
    method: K,
    params: Params<Requests<There>[K]>,
  ): Promise<Answer<Requests<There>[K]>> {
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#post({ rpc: 'request', id, method, params } satisfies Wire);
    return answer as Promise<Answer<Requests<There>[K]>>;
  }

  notify<K extends keyof Notices<There> & string>(method: K, params: Params<Notices<There>[K]>): void {
    this.#post({ rpc: 'notice', method, params } satisfies Wire);
  }

  receive(data: unknown): void {
    if (!isWire(data)) return;
    if (data.rpc === 'answer') {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.error === undefined) waiting?.resolve(data.value);
      else waiting?.reject(new RpcError(data.error));
      return;
    }
    const handler = this.#handlerOf(data.method);
    if (data.rpc === 'notice') {
      handler?.(data.params);
      return;
    }
    void this.#answer(data.id, data.method, handler, data.params);
  }

  /** Ends every open request; for when the other side is gone. */
  dispose(): void {
    for (const { reject } of this.#waiting.values()) reject(new RpcError('the other side is gone'));
    this.#waiting.clear();
  }

  #handlerOf(method: string): ((params: unknown) => unknown) | undefined {
    if (!Object.hasOwn(this.#handlers, method)) return undefined;
    return (this.#handlers as unknown as Record<string, (params: unknown) => unknown>)[method];
  }

  async #answer(
    id: number,
    method: string,
    handler: ((params: unknown) => unknown) | undefined,
    params: unknown,
  ): Promise<void> {
    let message: Wire;
    try {
      if (!handler) throw new RpcError(`unknown request ${method}`);
      message = { rpc: 'answer', id, value: await handler(params) };
    } catch (error) {
      message = { rpc: 'answer', id, error: error instanceof Error ? error.message : String(error) };
    }
    this.#post(message);
  }
}

function isWire(data: unknown): data is Wire {
  return typeof data === 'object' && data !== null && 'rpc' in data && typeof data.rpc === 'string';
}
