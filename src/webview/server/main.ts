import { connect } from './link.ts';
import { ServerPage } from './page.ts';

const page = document.querySelector('gso-server');
if (page instanceof ServerPage) void page.start(connect(page.handlers));
