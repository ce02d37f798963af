/** Words of a chat for the events that are worth a line in it. */
const announcements = {
  instance_ready: (name) => `${name} is open`,
  instance_stopped: (name) => `${name} stopped`,
  instance_crashed: (name) => `${name} crashed`,
  instance_failed: (name) => `${name} failed and stays down`,
  instance_installed: undefined,
  instance_uninstalled: (name) => `${name} was uninstalled`,
  instance_updated: (name) => `${name} is up to date`,
  instance_backup_created: (name) => `${name} was backed up`,
  instance_player_joined: (name, { PlayerName }) => `${plain(PlayerName)} joined ${name}`,
  instance_player_left: (name, { PlayerName }) => `${plain(PlayerName)} left ${name}`,
};

const states = {
  instance_installed: 'stopped',
  instance_started: 'starting',
  instance_ready: 'open',
  instance_stopped: 'stopped',
  instance_crashed: 'crashed',
  instance_failed: 'failed',
};

/** The servers as the events tell of them, and what a chat says about them. */
export class Chat {
  /** State and players of each server. */
  #servers = new Map();

  /** Takes one event of KGSM; answers a line for the chat, or nothing. */
  take(event) {
    const { EventType: type, Data: data } = event ?? {};
    const key = data?.InstanceName ?? data?.InstanceId;
    if (typeof type !== 'string' || typeof key !== 'string') return undefined;
    const server = this.#servers.get(key) ?? { state: 'unknown', players: new Set() };
    this.#servers.set(key, server);
    if (Object.hasOwn(states, type)) {
      server.state = states[type];
      server.players.clear();
    }
    if (type === 'instance_player_joined') server.players.add(plain(data.PlayerName));
    if (type === 'instance_player_left') server.players.delete(plain(data.PlayerName));
    if (type === 'instance_uninstalled') this.#servers.delete(key);
    return Object.hasOwn(announcements, type) ? announcements[type]?.(plain(key), data) : undefined;
  }

  /** The answer to a line that somebody wrote. */
  answer(line) {
    switch (line.trim()) {
      case '!servers':
        return this.#list(({ state }) => state) || 'I have heard of no server yet';
      case '!players':
        return this.#list(({ players }) => [...players].sort().join(', ')) || 'Nobody plays';
      case '!help':
        return '!servers, !players';
      default:
        return undefined;
    }
  }

  #list(told) {
    const entries = [...this.#servers].sort(([a], [b]) => (a < b ? -1 : 1));
    return entries
      .map(([key, server]) => [plain(key), told(server)])
      .filter(([, words]) => words !== '')
      .map(([name, words]) => `${name}: ${words}`)
      .join('; ');
  }
}

/** A name from outside as one short line that calls nobody. */
function plain(name) {
  return String(name)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .replaceAll('@', '@\u200b')
    .slice(0, 80);
}
