import { connect } from './base/host.ts';
import { Inspector } from './shell/inspector.ts';

const inspector = document.querySelector('gso-inspector');
if (inspector instanceof Inspector) inspector.start(connect(inspector.handlers));
