// The style of the page: one column of text, pictures as wide, ink on white, readable in grey and on paper.
#pragma once

#include <string_view>

namespace pdm::inline PDM_ABI_NAMESPACE::report {

inline constexpr std::string_view page_style = R"css(
:root{--ink:#16202a;--soft:#55626f;--faint:#8793a0;--rule:#d5dbe1;--wash:#f4f6f8;--blue:#1d5d8c;--red:#b3261e;
--amber:#9a5b00;--green:#25703a;color-scheme:light}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:#fff;color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",
"Liberation Sans",Arial,sans-serif;font-variant-numeric:tabular-nums lining-nums}
main,body>header,body>footer{max-width:800px;margin:0 auto;padding:0 20px}
body>header{padding-top:44px}
h1{font-size:33px;line-height:1.15;letter-spacing:-.015em;margin:0 0 6px;font-weight:680}
h2{font-size:25px;line-height:1.2;letter-spacing:-.01em;margin:0;font-weight:660;overflow-wrap:anywhere}
h3{font-size:17px;line-height:1.3;margin:0 0 10px;font-weight:660}
h4{font-size:14px;margin:14px 0 4px;font-weight:640;color:var(--soft)}
p{margin:0 0 8px}
a{color:inherit;text-decoration-color:var(--faint);text-underline-offset:3px}
.sub,.note,figcaption,caption,.when,.unit{color:var(--soft)}
.sub{margin:0}
.note{font-size:14px}
section{margin:34px 0 0}
article{margin:56px 0 0;padding-top:26px;border-top:3px solid var(--ink)}
main>article:first-child{margin-top:26px}
.head{display:flex;flex-wrap:wrap;gap:6px 16px;align-items:center;justify-content:space-between}
.badge{display:inline-flex;gap:7px;align-items:center;font-weight:620;white-space:nowrap}
.badge svg{width:20px;height:20px;flex:none}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(236px,1fr));gap:14px;margin:22px 0 0;padding:0;
list-style:none}
.card{border:1px solid var(--rule);border-top:4px solid var(--faint);border-radius:3px;padding:12px 14px 13px;
break-inside:avoid}
.card.failure{border-top-color:var(--red)}.card.maintenance_required{border-top-color:var(--blue)}
.card.off_spec{border-top-color:#c9a200}.card.check_function{border-top-color:#d9730d}
.card.normal{border-top-color:var(--green)}
.card a{font-weight:660;font-size:17px;text-decoration:none;overflow-wrap:anywhere}
.card a:hover{text-decoration:underline}
.card .badge{font-size:14.5px}
.card p{margin:6px 0 0;font-size:14px;line-height:1.42}
.card .row{display:flex;justify-content:space-between;gap:10px;font-size:14px;margin-top:5px}
.card .row span:first-child{color:var(--soft)}
.card .row span:last-child{text-align:right}
.bar{height:6px;background:#e4e8ec;border-radius:3px;margin-top:8px;overflow:hidden}
.bar i{display:block;height:100%;background:var(--ink);border-radius:3px}
section.facts{margin-top:16px}
.glance{display:grid;grid-template-columns:repeat(auto-fill,minmax(172px,1fr));gap:14px 22px;margin:0;padding:14px 0;
border:solid var(--rule);border-width:1px 0}
.glance dt{font-size:13px;color:var(--soft)}
.glance dd{margin:1px 0 0;font-size:18px;font-weight:620;line-height:1.3}
.glance small{display:block;font-size:13px;font-weight:400;color:var(--soft);line-height:1.35}
.do{border-left:5px solid var(--ink);background:var(--wash);padding:14px 18px 12px}
.do.high,.do.urgent{border-left-color:var(--red)}.do.medium{border-left-color:#d9730d}
.do .action{font-size:20px;line-height:1.35;font-weight:640;margin-bottom:4px}
.do ul{margin:4px 0 8px}
ul{margin:0 0 8px;padding-left:20px}
li{margin:2px 0}
table{border-collapse:collapse;width:100%;font-size:14px;line-height:1.4}
caption{text-align:left;font-size:14px;padding:0 0 6px;caption-side:top}
th,td{text-align:left;vertical-align:top;padding:5px 14px 5px 0;border-bottom:1px solid var(--rule)}
thead th{font-size:13px;font-weight:600;color:var(--soft);border-bottom:1px solid var(--ink);vertical-align:bottom}
tbody th{font-weight:400}
th:last-child,td:last-child{padding-right:0}
.n{text-align:right;white-space:nowrap}
.when{white-space:nowrap}
.scroll{overflow-x:auto;margin:0 0 18px}
.id{font-family:ui-monospace,"DejaVu Sans Mono",Consolas,monospace;font-size:12px;color:var(--soft);overflow-wrap:anywhere}
.alarmed{color:var(--red);font-weight:640}
figure{margin:0 0 22px;break-inside:avoid}
figcaption{font-size:14px;margin:0 0 2px;color:var(--ink)}
figcaption b{font-weight:640}
figcaption span{color:var(--soft)}
.key{font-size:13px;margin:0;display:flex;flex-wrap:wrap;gap:0 18px}
.key .wide,.key .narrow,.key .median,.key .truth,.key .cone,.key .whisker{fill:none;stroke:none;color:var(--soft)}
.key .past::before,.key .now::before{content:"";display:inline-block;width:18px;height:0;border-top:2px solid #98a3ae;
vertical-align:4px;margin-right:6px}
.key .now{color:var(--red)}.key .now::before{border-top-color:var(--red)}.key .past{color:#5f6b77}
.key i{display:inline-block;width:18px;height:10px;margin-right:6px}.key .wide i{background:#d3e2ee}
.key .narrow i{background:#9fc1da}.key .median i{height:0;border-top:2px solid #0f3f63;vertical-align:4px}
.key .truth i,.key .cone i{height:0;border-top:1.5px solid var(--ink);vertical-align:4px}.key .cone i{border-top-style:dashed}
.key .whisker i{background:#9fc1da;width:3px;height:14px;vertical-align:-2px}
.key .r0 i{background:#d8e4ee}.key .r1 i{background:#efe3cd}.key .r2 i{background:#dce9d5}.key .r3 i{background:#e8dcea}
.key.regimes{margin:0 0 12px;color:var(--soft)}
.plot{overflow-x:auto;overflow-y:hidden}
.plot svg{display:block;width:100%;min-width:560px;height:auto}
svg text{font-size:12px;fill:var(--soft);font-variant-numeric:tabular-nums}
svg .label{paint-order:stroke;stroke:#fff;stroke-width:3.5px;stroke-linejoin:round;fill:var(--ink)}
.grid{stroke:#e6eaee;stroke-width:1}
.axis{stroke:#7b8794;stroke-width:1}
.line{fill:none;stroke:var(--blue);stroke-width:1.4;stroke-linejoin:round;stroke-linecap:round}
.dot{fill:var(--blue);stroke:none}
.line.past{stroke:#98a3ae;stroke-width:1.2}.dot.past{fill:#98a3ae}
.line.now{stroke:var(--red);stroke-width:1.3}
.label.past{fill:#5f6b77}.label.now{fill:var(--red)}
.median{fill:none;stroke:#0f3f63;stroke-width:2;stroke-linejoin:round}
.dot.median{fill:#0f3f63}
.truth,.cone{fill:none;stroke:var(--ink);stroke-width:1.2}.cone{stroke-dasharray:4 4}
.whisker{fill:none;stroke:#9fc1da;stroke-width:2}
.wide{fill:#d3e2ee}.narrow{fill:#9fc1da}
.threshold{stroke:var(--ink);stroke-width:1.1;stroke-dasharray:6 4}
.label.threshold{stroke:#fff;stroke-width:3.5px;stroke-dasharray:none;fill:var(--ink)}
.line.threshold{stroke:var(--ink);fill:none}
.mark{stroke:var(--red);stroke-width:1;opacity:.75}
.mark.measurement,.mark.system{stroke:#6a7682;stroke-dasharray:3 3}
.flag{fill:var(--red);stroke:none}.flag.measurement,.flag.system{fill:#6a7682}
.label.flagged{fill:var(--red);font-weight:640}.label.flagged.measurement,.label.flagged.system{fill:#55626f}
.mark.fault{stroke:var(--amber);stroke-width:1;stroke-dasharray:2 3}.flag.fault{fill:var(--amber)}
.label.flagged.fault{fill:var(--amber);font-weight:500}
.off{fill:#eceff2}
.r0{fill:#d8e4ee}.r1{fill:#efe3cd}.r2{fill:#dce9d5}.r3{fill:#e8dcea}.unsteady{fill:#b9c1c9}.still{fill:#eceff2}
svg .regime{font-size:11px;fill:#3c4854}
details{margin:34px 0 0;border-top:1px solid var(--rule);padding-top:10px}
details section{margin-top:18px}
summary{cursor:pointer;font-weight:640}
body>footer{margin-top:64px;padding-top:14px;padding-bottom:44px;color:var(--soft);font-size:13px}
.refused{border-left:5px solid var(--red);padding:8px 14px;margin-top:20px;background:#fdf3f2}
@media (max-width:560px){h1{font-size:27px}h2{font-size:22px}body>header{padding-top:26px}
main,body>header,body>footer{padding-left:14px;padding-right:14px}.glance{grid-template-columns:1fr 1fr}}
@media print{@page{size:A4;margin:16mm 15mm 15mm}
body{font-size:10.5pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main,body>header,body>footer{max-width:none;padding:0}body>header{padding-top:0}
article{break-before:page;margin-top:0}main>article:first-child{break-before:auto;margin-top:22pt}
section{margin-top:20pt}h2,h3,h4,caption,figcaption{break-after:avoid}
tr,figure,.card,.do,.glance div{break-inside:avoid}.plot,.scroll{overflow:visible}.plot svg{min-width:0}
table{font-size:9pt}thead{display:table-header-group}a{text-decoration:none}}
)css";

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
