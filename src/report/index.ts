/**
 * Pictures of a run: pure functions from trace lines to text. The same lines give the same bytes, whoever runs them,
 * wherever and whenever.
 */
export { chromeTrace } from './chrome.js';
export { HeartbeatRecorder, type HeartbeatSeries } from './heartbeats.js';
export { htmlReport } from './html.js';
export { stateSymbol } from './looks.js';
export { svgChart } from './svg.js';
export { terminalChart } from './terminal.js';
