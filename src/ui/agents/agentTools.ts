import { l10n, LanguageModelTextPart, LanguageModelToolResult, lm, workspace } from 'vscode';
import type { AgentTool } from '../../core/agents/inputs.ts';
import { prefix } from '../contributions/commandIds.ts';
import type { Runtime } from '../runtime.ts';

const tools: Readonly<Record<AgentTool, () => string>> = {
  listInstances: () => l10n.t('Looking at the game servers'),
  describeConnection: () => l10n.t('Looking at the connections'),
  queryEvents: () => l10n.t('Searching the events of the game servers'),
  getTask: () => l10n.t('Looking at a task'),
  explainFailure: () => l10n.t('Looking for the cause of a failure'),
  runOperation: () => l10n.t('Asking to operate a game server'),
  emitEvent: () => l10n.t('Asking to send an event'),
};

/** Tools for the agents of VS Code. Their code is loaded when one is used first. */
export function registerAgentTools(runtime: Runtime): void {
  for (const name of Object.keys(tools) as AgentTool[])
    runtime.scope.add(
      lm.registerTool<object>(`${prefix}_${name}`, {
        prepareInvocation: () => ({ invocationMessage: tools[name]() }),
        async invoke({ input }, token) {
          // The words are for a model, and in English as its other instructions.
          if (!workspace.isTrusted)
            throw new Error(
              'This workspace is not trusted, so nothing about its game servers is told or done.',
            );
          const { answerTool } = await import('./toolAnswers.ts');
          return new LanguageModelToolResult([
            new LanguageModelTextPart(await answerTool(runtime, name, input, token)),
          ]);
        },
      }),
    );
}
