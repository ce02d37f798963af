import type { Text } from '../model/text.ts';
import type { Decoder } from '../model/signal.ts';
import type { ServerAddress } from '../wire/webAddress.ts';
import type { SecretSpec, SessionEnvironment, Session } from './session.ts';
import type { Question, OperationInput, Operation } from './operation.ts';
import type { Console } from './console.ts';
import type { Finding, DiagnosisEnvironment } from './diagnosis.ts';
import type { FieldTexts } from './fieldTexts.ts';
import type { FormField, FormAnswers } from './form.ts';
import type { CatalogEntry, EmitEnvironment, MessageForm, MessagePlace } from './emit.ts';
import type { SettingsResult, ConnectionSettings } from './settings.ts';
import type { Rewriting } from './rewriting.ts';
import type { SettingsContribution } from './contributes.ts';

/** Everything the product knows of a system. Adding one is adding its folder and its line in `index.ts`. */
export interface System<S extends ConnectionSettings, C, Sess extends Session = Session> {
  readonly id: string;
  readonly label: string;
  /** Codicon of its connections. */
  readonly icon: string;
  parseSettings(value: unknown): SettingsResult<S>;
  /** Fields of an entry of the settings that hold paths: in a file of connections they may be relative to that file. */
  pathFields?(entry: Readonly<Record<string, unknown>>): readonly string[];
  readonly decoder: Decoder<C>;
  /** Type of the events with which the server itself raises alerts. */
  readonly alertType?: string;
  readonly catalog: readonly CatalogEntry[];
  /** Descriptions of the fields of its messages. */
  readonly fieldTexts?: () => Promise<FieldTexts>;
  readonly operations: readonly Operation<S, Sess>[];
  /** Words for the user who chooses among systems: what it manages and how it is reached. */
  readonly purpose: Text;
  /** A name for a connection with these answers. */
  suggestName?(given: FormAnswers): string | undefined;
  /** The questions that make a connection, in their order; the name is asked for every system. */
  form(): Promise<readonly FormField[]>;
  /** Texts for the settings editor, from which package.json is generated. */
  contributes(): Promise<SettingsContribution>;
  /** The secrets that a connection with these settings may use. */
  secrets(settings: S): readonly SecretSpec[];
  openSession(settings: S, environment: SessionEnvironment): Promise<Sess>;
  readonly console?: Console<S, Sess>;
  /** Looks step by step why no events come. */
  diagnose?(settings: S, environment: DiagnosisEnvironment<Sess>): AsyncIterable<Finding>;
  /** The one thing that will surely keep events from coming, found without side effects after connecting. */
  advise?(settings: S, signal: AbortSignal): Promise<Finding | undefined>;
  /** Addresses that this connection listens on by its settings; an open session knows them better. */
  emitTargets(settings: S): readonly string[];
  /** How a target is asked for that the user names; without it there are only those of the connections. */
  readonly targetPrompt?: Text;
  /** Addresses in the form `scheme:rest`, for targets that are typed: each makes the address that the system knows. */
  readonly targetSchemes?: Readonly<Record<string, (rest: string) => string>>;
  /** The secret that sending to a named target may use. */
  targetSecret?(address: string): SecretSpec | undefined;
  /** The form of a type at a place, which decides the version of its protocol; without it the example of the catalog is all that is known. */
  messageForm?(type: string, place: MessagePlace<Sess>): Promise<MessageForm | undefined>;
  /** The bytes as they go out to an address, such as with a newline behind them; without it they go as they are. Rejects with words where they cannot be sent. */
  wireBytes?(address: string, bytes: Uint8Array): Promise<Uint8Array>;
  /** Sends one event to an address of this system, as the system itself would. */
  emit(address: string, bytes: Uint8Array, environment: EmitEnvironment<Sess>): Promise<void>;
  /** Question before a message is sent that may change something there. */
  emitQuestion?(bytes: Uint8Array, connectionName: string): Question | undefined;
  /** A request of the journal as a command of a shell, with the token in a variable; where requests are HTTP. */
  curl?(raw: string, settings: S): string | undefined;
  /** The operation of the connection that ends a task of the system itself, by what the system calls the task. */
  cancelTask?(systemId: string): { readonly operation: string; readonly input: OperationInput };
  /** A message with other times and names, for a replay or an export; all else stays as it is. */
  rewrite(raw: string, rewriting: Rewriting): string;
  /** Makes what the user typed as a target into an address, or says what is wrong with it. */
  checkTarget(value: string): Text | undefined;
  /** The machine that is operated, where it is not the one that the extension runs on. */
  hostOf?(settings: S): string;
  /** Address at which the server speaks TLS, for a look at its certificate; nothing for a server without TLS. */
  tlsAddress?(settings: S): ServerAddress | undefined;
  /** One line that says where this connection goes. */
  describe(settings: S): string;
}

/** A system whose types only it knows: what lists of systems are made of. */
export type AnySystem = System<ConnectionSettings, unknown>;
