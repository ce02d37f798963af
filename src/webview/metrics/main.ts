import { connect } from './link.ts';
import { MetricsPage } from './page.ts';

const page = document.querySelector('gso-metrics');
if (page instanceof MetricsPage) void page.start(connect(page.handlers));
