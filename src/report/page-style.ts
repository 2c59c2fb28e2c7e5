/** How the report page looks: on a light screen, on a dark one, and on paper. */
import { themed, type Theme } from './colors.js';

/** The style sheet of the page. */
export function pageStyle(): string {
  return `${LAYOUT}\n${themed(colors)}\n${PRINT}`;
}

const LAYOUT = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:32px 28px 64px;max-width:1320px;font:15px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans JP",sans-serif}
header{margin-bottom:28px}
.product{margin:0;font-size:13px;letter-spacing:.04em}
h1{margin:2px 0 16px;font-size:28px;line-height:1.25;font-weight:650;overflow-wrap:anywhere}
h2{margin:0 0 12px;font-size:19px;font-weight:650}
section{margin:0 0 36px}
.badge{display:inline-block;margin-left:6px;padding:2px 12px;border:1px solid;border-radius:999px;font-size:15px;font-weight:650;vertical-align:4px}
.facts{display:flex;flex-wrap:wrap;gap:10px 32px;margin:0}
.facts dt{font-size:12px}
.facts dd{margin:0;font-weight:550;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.note{margin:-4px 0 12px;font-size:14px;max-width:90ch}
.problems,.warnings{padding:16px 20px 6px;border:1px solid;border-left-width:6px;border-radius:6px}
.problems ul,.warnings ul{margin:0;padding:0;list-style:none}
.problems li,.warnings li{margin:0 0 10px}
.problems p,.warnings p{margin:0;overflow-wrap:anywhere}
figure{margin:0}
.wide{overflow-x:auto;padding:4px;border:1px solid;border-radius:8px}
.wide svg{display:block;width:100%;height:auto;min-width:880px}
.scroll{overflow-x:auto;border:1px solid;border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th,td{padding:5px 12px;text-align:left;vertical-align:baseline;white-space:nowrap}
th{font-size:12px;font-weight:600}
td:last-child{width:99%;white-space:normal;min-width:12em;overflow-wrap:anywhere}
tbody tr+tr td{border-top:1px solid}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
th.number:last-child,td.number:last-child{width:auto;min-width:0}
td.mono,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:12.5px}
td p{margin:2px 0 0}
details{margin-top:12px}
summary{cursor:pointer;padding:4px 0}
.filter{margin:0 0 12px;font-size:14px}
.filter input{font:inherit;width:18em;max-width:100%;padding:4px 10px;border:1px solid;border-radius:6px}
#tip{position:fixed;z-index:9;max-width:440px;padding:6px 10px;border-radius:6px;font-size:13px;line-height:1.4;pointer-events:none;white-space:pre-line;overflow-wrap:anywhere}
#tip[hidden],.filter[hidden]{display:none}
`;

function colors(theme: Theme): string {
  const { good, bad, warn } = theme.tones;
  return [
    `body{background:${theme.background};color:${theme.text}}`,
    `.product,.facts dt,.note,th,summary{color:${theme.quiet}}`,
    `.wide,.scroll,tbody tr+tr td,.filter input{border-color:${theme.line}}`,
    `.filter input{background:${theme.background};color:${theme.text}}`,
    `th{background:${theme.panel}}`,
    `.badge.good{background:${good.fill};border-color:${good.stroke};color:${good.text}}`,
    `.badge.bad{background:${bad.fill};border-color:${bad.stroke};color:${bad.text}}`,
    `.badge.warn,.warnings{background:${warn.fill};border-color:${warn.stroke};color:${warn.text}}`,
    `.problems{background:${bad.fill};border-color:${bad.stroke};color:${bad.text}}`,
    `tr.failed td{background:${bad.fill};color:${bad.text};font-weight:600}`,
    `tr.lossy strong,.refused{color:${theme.alarm}}`,
    `tr.held td:nth-child(3){color:${good.text}}`,
    `#tip{background:${theme.text};color:${theme.background}}`,
  ].join('\n');
}

const PRINT = `
@media print {
body{max-width:none;padding:0;font-size:10pt}
@page{size:A4 landscape;margin:12mm}
section{margin-bottom:18pt}
.wide,.scroll{overflow:visible;border:0;padding:0}
.wide svg{min-width:0!important}
table{font-size:8pt}
th,td{padding:2pt 5pt}
thead{display:table-header-group}
tr,.problems li{break-inside:avoid}
h2{break-after:avoid}
.filter,#tip{display:none}
.badge,.problems,.warnings,th,tr.failed td{-webkit-print-color-adjust:exact;print-color-adjust:exact}
svg{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
