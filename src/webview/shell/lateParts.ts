/** Parts of the inspector that are loaded when its first rows are on screen. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '../detail/detail.ts';
import '../query/cleared-bar.ts';
import '../query/saved-chips.ts';
import '../statistics/statistics.ts';
import '../timeline/timeline.ts';
import './help.ts';
import './splitter.ts';
import './status-line.ts';
import './toolbar.ts';

export { withoutTerm, withTerm, withTime } from '../../core/journal/query/edit.ts';
