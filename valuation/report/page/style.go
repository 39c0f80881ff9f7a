package page

// style are the styles of the page. Colours are variables, light where nobody asks for
// dark; text has a contrast of 4.5 to its ground and marks have 3, in both, which a test
// computes. Charts that stand side by side on a screen stand below each other on a phone,
// and one that stands alone has its table beside it: their texts grow with their width, and
// on a desk are hardly larger than those of the tables.
const style = `
:root{color-scheme:light dark;--ground:#ffffff;--panel:#f6f8fa;--ink:#1b1f24;--soft:#57606a;--edge:#d0d7de;--shade:#eaeef2;
--s1:#0b5cad;--s2:#b35900;--s3:#1a7f37;--s4:#8250df;--s5:#a40e56;--s6:#57606a;--alarm:#a40e26}
@media (prefers-color-scheme:dark){:root{--ground:#12161c;--panel:#1b212a;--ink:#e6edf3;--soft:#a3afba;--edge:#3a434d;--shade:#252d38;
--s1:#6cb2ff;--s2:#f0a35e;--s3:#56d364;--s4:#c297ff;--s5:#ff8fc0;--s6:#a3afba;--alarm:#ff9492}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:16px;max-width:1100px;background:var(--ground);color:var(--ink);font:16px/1.5 "Helvetica Neue",Arial,"Liberation Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0}
h2{font-size:1.25rem;line-height:1.3;margin:2.2rem 0 .6rem;padding-top:.8rem;border-top:1px solid var(--edge)}
p,ul{margin:.5rem 0;max-width:46rem}
ul{padding-left:1.2rem}
li{margin:.3rem 0}
.lead{font-size:1.15rem}
.alarm{border-left:4px solid var(--alarm);padding:.1rem .8rem;margin:.8rem 0;background:var(--panel);max-width:46rem}
.alarm p{font-size:1.15rem}
.lacking{border-left:4px dashed var(--soft);padding:.1rem .8rem}
.distrusted{display:inline-block;font-size:.875rem;font-weight:600;color:var(--alarm);border:1px solid var(--alarm);border-radius:3px;padding:0 .4rem;vertical-align:middle}
.note,.basis,footer{color:var(--soft);font-size:.875rem}
.empty{background:var(--panel);padding:.8rem;font-size:.9375rem}
figure{margin:1rem 0 1.6rem;max-width:460px;min-width:0}
figcaption{font-weight:600;margin-bottom:.4rem}
svg{display:block;width:100%;height:auto}
svg text{font:11px "Helvetica Neue",Arial,"Liberation Sans",sans-serif;fill:var(--ink);unicode-bidi:plaintext}
svg text.tick,svg text.label{fill:var(--soft)}
svg text.value{paint-order:stroke;stroke:var(--ground);stroke-width:3px;stroke-linejoin:round}
svg text.end{text-anchor:end}
svg text.middle{text-anchor:middle}
.grid{stroke:var(--edge);stroke-width:.6}
.axis{stroke:var(--soft);stroke-width:.8}
.edge{stroke:var(--soft);stroke-width:.8;stroke-dasharray:2 2}
.shade{fill:var(--shade)}
.hatch{stroke:var(--edge);stroke-width:.8}
.s1{--c:var(--s1)}.s2{--c:var(--s2)}.s3{--c:var(--s3)}.s4{--c:var(--s4)}.s5{--c:var(--s5)}.s6{--c:var(--s6)}
.full,.dot{fill:var(--c)}
.stacked{stroke:var(--ground);stroke-width:.7}
.hollow{fill:var(--ground);stroke:var(--c);stroke-width:1.4}
.line{fill:none;stroke:var(--c);stroke-width:1.8;stroke-linejoin:round}
.line.s2{stroke-dasharray:5 3}.line.s3{stroke-dasharray:1.5 2.5}.line.s4{stroke-dasharray:8 3 2 3}.line.s5{stroke-dasharray:3 2}.line.s6{stroke-dasharray:10 3}
.band{fill:var(--c);fill-opacity:.16;stroke:var(--c);stroke-width:.4}
svg text.name.s1,svg text.name.s2,svg text.name.s3,svg text.name.s4,svg text.name.s5,svg text.name.s6{fill:var(--c)}
.halo{stroke:var(--ground);stroke-width:3.4}
.whisker{stroke:var(--ink);stroke-width:1.2}
.reference{stroke:var(--ink);stroke-width:1.2;stroke-dasharray:4 3}
details{margin:.4rem 0}
summary{cursor:pointer;color:var(--soft);font-size:.875rem}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums;margin:.4rem 0;overflow-wrap:normal}
caption{text-align:left;font-weight:600;padding:.2rem .6rem}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--edge);text-align:right;vertical-align:top}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom}
th[scope=row],td.text,thead th:not(.number){text-align:left;font-weight:400;unicode-bidi:plaintext}
thead th:not(.number){font-weight:600}
th[scope=row]{min-width:9rem;max-width:18rem;overflow-wrap:break-word}
@media (max-width:600px){th[scope=row]{max-width:11rem}}
td.text{min-width:7rem}
time{white-space:nowrap}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--s1);outline-offset:2px}
@media (min-width:900px){.row,.alone{display:grid;grid-template-columns:1fr 1fr;column-gap:40px;align-items:start}figure{max-width:min(514px,50% - 20px)}.row figure{max-width:none}
figure.alone{max-width:none}.alone>*{min-width:0}.alone figcaption{grid-column:1/-1}}
@media screen{.alone .scroll{max-height:24rem;overflow-y:auto}}
@media print{:root{--ground:#ffffff;--panel:#f6f8fa;--ink:#1b1f24;--soft:#57606a;--edge:#d0d7de;--shade:#eaeef2;--s1:#0b5cad;--s2:#b35900;--s3:#1a7f37;--s4:#8250df;--s5:#a40e56;--s6:#57606a;--alarm:#a40e26}
@page{margin:16mm}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{padding:0;max-width:none;font-size:10.5pt}
h2{margin-top:1.2rem}figure{margin:.6rem 0 1rem}
.note,.basis,footer{font-size:8.5pt}.empty{font-size:9pt}
.scroll{overflow:visible}table{font-size:8.5pt;break-inside:avoid}th,td{padding:.15rem .35rem}th[scope=row],td.text{min-width:0}
.row{display:grid;grid-template-columns:1fr 1fr;column-gap:10mm;align-items:start}
figure{max-width:calc(50% - 5mm);break-inside:avoid}.row figure{max-width:none}h2{break-after:avoid}tr{break-inside:avoid}
details{display:none}}
`
