import type { DecodeStep } from '../../../model/signal.ts';
import type { LifecycleState } from '../../../model/lifecycle.ts';
import { oneLine, text, type Text } from '../../../model/text.ts';
import { works, type KgsmContext, type Work } from './decoderState.ts';
import { InstanceUpdate, type LifecycleFact } from './instanceUpdate.ts';

/**
 * Signals of an event for its instance. Decided by its type and by what is remembered, never by its place in an
 * expected order: KGSM's commands interleave, repeat, and its watcher reports late.
 */
export function applyLifecycleEvent(context: KgsmContext, fact: LifecycleFact): DecodeStep<KgsmContext> {
  // Types come from outside: `constructor` is none of ours.
  const step = Object.hasOwn(steps, fact.type) ? steps[fact.type] : undefined;
  if (!step) return { context, signals: [] };
  const run = new InstanceUpdate(context, fact);
  run.touch();
  step(run);
  return run.result();
}

/** Ends an open task of which nothing more was heard. */
export function applyLostTask(context: KgsmContext, task: string): DecodeStep<KgsmContext> {
  for (const [instance, memory] of context.memory) {
    const work = works.find((w) => memory.open[w]?.task === task);
    if (!work) continue;
    const run = new InstanceUpdate(context, { type: 'lost', instance, data: {}, at: 0 });
    run.onlyIfKnown();
    run.finish(work, 'lost', text('No end was reported'));
    if (memory.base === 'unknown' && work === 'install')
      run.base('failed', text('the installation never reported its end'));
    run.show();
    return run.result();
  }
  return { context, signals: [] };
}

/**
 * A part of an installation or update. Seen without its beginning on an instance of which nothing is known but perhaps its
 * name, it is one of an installation that began before we listened.
 */
function part(label: Text): (run: InstanceUpdate) => void {
  return (run) => {
    const { base, open } = run.memory;
    if (base === 'unknown' && works.every((work) => !open[work]))
      run.begin('install', text('Install {0}', oneLine(run.fact.instance, 60)));
    if (!run.step('install', label) && !run.step('update', label)) return;
    run.show();
  };
}

function failedPart(label: Text): (run: InstanceUpdate) => void {
  return (run) => {
    const installing = run.memory.open.install !== undefined;
    if (installing) run.finish('install', 'failed', label);
    else run.finish('update', 'failed', label);
    // An update that failed leaves what was there before; an installation leaves nothing that works.
    if (installing || run.memory.base === 'unknown') run.base('failed');
    run.show();
    if (installing) run.patch({ detail: label });
  };
}

function removalPart(label: Text): (run: InstanceUpdate) => void {
  return (run) => {
    run.onlyIfKnown();
    run.step('uninstall', label);
    run.show();
  };
}

/** The instance is in a state that lasts, and the work that led there has succeeded. */
function steady(state: LifecycleState, done: Work, label: Text): (run: InstanceUpdate) => void {
  return (run) => {
    run.base(state);
    run.finish(done, 'succeeded', label);
    if (state === 'stopped') run.noPlayers();
    run.show();
  };
}

function ends(work: Work, label: Text): (run: InstanceUpdate) => void {
  return (run) => {
    if (run.step(work, label, true) || run.known) run.show();
  };
}

function begins(work: Work, title: (instance: string) => Text): (run: InstanceUpdate) => void {
  return (run) => {
    run.begin(work, title(run.fact.instance));
    run.step(work, text('Begun'));
    run.show();
  };
}

function crash(state: 'crashed' | 'failed'): (run: InstanceUpdate) => void {
  return (run) => {
    const code = run.field('ExitCode');
    run.base(state);
    run.noPlayers();
    run.show();
    if (code !== undefined) run.patch({ detail: text('exit code {0}', oneLine(code, 20)) });
  };
}

const steps: Readonly<Record<string, (run: InstanceUpdate) => void>> = {
  instance_created: (run) => {
    run.begin('install', text('Install {0}', oneLine(run.fact.instance, 60)));
    run.step('install', text('Created'));
    run.show();
    run.patch({ state: 'creating' });
  },
  instance_installation_started: (run) => {
    if (!run.memory.open.install) run.begin('install', text('Install {0}', oneLine(run.fact.instance, 60)));
    run.step('install', text('Installation started'));
    run.show();
  },
  instance_directories_created: part(text('Directories created')),
  instance_files_created: part(text('Files created')),
  instance_download_started: part(text('Downloading')),
  instance_download_finished: part(text('Download finished')),
  instance_downloaded: part(text('Downloaded')),
  instance_deploy_started: part(text('Deploying')),
  instance_deploy_finished: part(text('Deployment finished')),
  instance_deployed: part(text('Deployed')),
  instance_installation_finished: (run) => {
    run.step('install', text('Installation finished'));
    if (run.memory.base === 'unknown') run.base('stopped');
    run.show();
  },
  instance_installed: (run) => {
    run.step('install', text('Installed'), true);
    if (!(run.memory.base === 'running' || run.memory.base === 'ready')) run.base('stopped');
    run.show();
  },
  instance_download_failed: failedPart(text('The download failed')),
  instance_deploy_failed: failedPart(text('The deployment failed')),

  instance_started: steady('running', 'restart', text('Started')),
  instance_ready: (run) => {
    // The watcher is detached: its word may come after the stop that overtook it.
    if (run.memory.base === 'stopped' || run.memory.base === 'failed') return;
    run.base('ready');
    run.show();
  },
  instance_stopped: steady('stopped', 'stop', text('Stopped')),
  instance_restarted: steady('running', 'restart', text('Restarted')),
  instance_stop_started: begins('stop', (instance) => text('Stop {0}', oneLine(instance, 60))),
  // If nothing ran, no "stopped" comes between.
  instance_stop_finished: ends('stop', text('Stop finished')),
  instance_restart_started: begins('restart', (instance) => text('Restart {0}', oneLine(instance, 60))),
  instance_restart_stopped: (run) => {
    run.step('restart', text('Stopped'));
    run.show();
  },
  instance_restart_finished: ends('restart', text('Restart finished')),
  instance_crashed: crash('crashed'),
  instance_failed: crash('failed'),

  instance_update_started: begins('update', (instance) => text('Update {0}', oneLine(instance, 60))),
  instance_update_finished: ends('update', text('Update finished')),
  instance_updated: (run) => {
    run.step('update', text('Updated'));
    run.patch({ latestVersion: null });
    run.show();
  },
  instance_update_failed: (run) => {
    run.finish('update', 'failed', text('The update failed'));
    run.show();
    run.patch({ detail: text('the update failed') });
  },
  instance_update_available: (run) => {
    run.patch({ latestVersion: run.field('LatestVersion') ?? null });
    run.show();
  },
  instance_version_updated: (run) => {
    run.step('install', text('Version entered'));
    run.step('update', text('Version entered'));
    const version = run.field('NewVersion');
    if (version !== undefined) run.patch({ version });
    run.show();
  },

  instance_backup_started: begins('backup', (instance) => text('Back up {0}', oneLine(instance, 60))),
  instance_backup_created: (run) => {
    run.step('backup', text('Backup written'));
    run.step('restore', text('Safety copy written'));
    run.step('update', text('Safety copy written'));
    // The event names the version of the backup: the safety copy before an update still has the old one.
    run.show();
  },
  instance_backup_finished: ends('backup', text('Backup finished')),
  instance_restore_started: begins('restore', (instance) => text('Restore {0}', oneLine(instance, 60))),
  instance_backup_restored: (run) => {
    run.step('restore', text('Backup restored'));
    const version = run.field('Version');
    if (version !== undefined) run.patch({ version });
    run.show();
  },
  instance_restore_finished: ends('restore', text('Restore finished')),

  instance_uninstall_started: (run) => {
    run.onlyIfKnown();
    run.begin('uninstall', text('Uninstall {0}', oneLine(run.fact.instance, 60)));
    run.step('uninstall', text('Begun'));
    run.show();
  },
  instance_files_removed: removalPart(text('Files removed')),
  instance_directories_removed: removalPart(text('Directories removed')),
  instance_removed: removalPart(text('Removed')),
  instance_uninstall_finished: removalPart(text('Uninstallation finished')),
  instance_uninstalled: (run) => {
    run.step('uninstall', text('Uninstalled'));
    run.gone();
  },
  instance_uninstall_failed: (run) => {
    run.onlyIfKnown();
    run.finish('uninstall', 'failed', text('The removal failed'));
    run.show();
  },

  instance_player_joined: (run) => {
    run.playerJoined();
    if (!run.known) run.show();
  },
  instance_player_left: (run) => {
    run.playerLeft();
    if (!run.known) run.show();
  },
};
