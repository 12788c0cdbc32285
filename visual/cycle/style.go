package cycle

// style gives the picture its colours, in both themes. It is confined to the picture, since the report has several in one page.
const style = `
.anomaly{max-width:100%;height:auto}
.anomaly text{font:11px ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;fill:#39424e}
.anomaly .title{font:600 13px ui-sans-serif,system-ui,sans-serif}
.anomaly .name{font:700 13px ui-sans-serif,system-ui,sans-serif;fill:#1a1f26}
.anomaly .where,.anomaly .more,.anomaly .row{font:11px ui-sans-serif,system-ui,sans-serif;text-anchor:end;fill:#5c6673}
.anomaly .row .name{font-size:11px}
.anomaly .time{font:10px ui-sans-serif,system-ui,sans-serif;text-anchor:middle;fill:#5c6673}
.anomaly .paper{fill:#fff}
.anomaly .box{fill:#f7f8fa;stroke:#97a1ad}
.anomaly .edge{fill:none;stroke-width:1.6}
.anomaly .label{fill:#fff;stroke-width:1}
.anomaly .kind{font:600 11.5px ui-sans-serif,system-ui,sans-serif;text-anchor:middle}
.anomaly .wr{stroke:#0b62b0}.anomaly .tip.wr,.anomaly .kind.wr{fill:#0b62b0;stroke:none}
.anomaly .rw{stroke:#b83205}.anomaly .tip.rw,.anomaly .kind.rw{fill:#b83205;stroke:none}
.anomaly .ww{stroke:#00694f}.anomaly .tip.ww,.anomaly .kind.ww{fill:#00694f;stroke:none}
.anomaly .process,.anomaly .realtime{stroke:#6a4fb0;stroke-dasharray:5 3}.anomaly .label.process,.anomaly .label.realtime{stroke-dasharray:none}
.anomaly .tip.process,.anomaly .kind.process,.anomaly .tip.realtime,.anomaly .kind.realtime{fill:#6a4fb0;stroke:none}
.anomaly .tick{stroke:#000;stroke-opacity:.08}
.anomaly .lane{stroke:#8894a3;stroke-opacity:.45;stroke-dasharray:2 3}
.anomaly .bar.ok{fill:#2f9e60}.anomaly .bar.fail{fill:#8894a3}.anomaly .bar.info{fill:#e08a1e}
@media (prefers-color-scheme:dark){
.anomaly text{fill:#c6d0db}.anomaly .name{fill:#e7eaee}.anomaly .where,.anomaly .more,.anomaly .row,.anomaly .time{fill:#a2acb8}
.anomaly .paper,.anomaly .label{fill:#14181d}.anomaly .box{fill:#1b1f26;stroke:#5b6673}.anomaly .tick{stroke:#fff}
.anomaly .wr{stroke:#6cb6f5}.anomaly .tip.wr,.anomaly .kind.wr{fill:#6cb6f5}
.anomaly .rw{stroke:#ff8a5c}.anomaly .tip.rw,.anomaly .kind.rw{fill:#ff8a5c}
.anomaly .ww{stroke:#3ecf9f}.anomaly .tip.ww,.anomaly .kind.ww{fill:#3ecf9f}
.anomaly .process,.anomaly .realtime{stroke:#b49cf5}
.anomaly .tip.process,.anomaly .kind.process,.anomaly .tip.realtime,.anomaly .kind.realtime{fill:#b49cf5}
}
`
