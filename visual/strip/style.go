package strip

// style gives the picture its colours, in both themes.
const style = `
text{font:10px ui-sans-serif,system-ui,sans-serif;fill:#39424e}
.title{font-size:13px;font-weight:600}
.name{font-size:11px;text-anchor:end;font-weight:600}
.time{text-anchor:middle;fill:#6b7683}
.term{fill:#fff;font-size:9.5px}
.what{fill:#7a1f1f}.op{font-size:9px}.wrong{fill:#c22525;font-weight:700}.core{stroke:#c22525;stroke-width:5}
.paper{fill:#fff}
.tick{stroke:#000;stroke-opacity:.07}
.down{stroke:#8894a3;stroke-opacity:.6;stroke-dasharray:2 3}
.plain{fill:#aab6c5}.candidate{fill:#e0a021}.lead{fill:#2563c9}
.shade{fill:#d64545;fill-opacity:.10}
.fault{fill:#f6c9c4}.moment{fill:#d64545}
.edge{stroke:#d64545;stroke-opacity:.28;stroke-dasharray:1 3}
.crash{stroke:#c22525;stroke-width:2;fill:none}
.pause{fill:url(#hatch)}
.mail{stroke:#51606f;stroke-width:.6;fill:none}
.lost{stroke:#d64545;stroke-width:.7;fill:none}
.ok{stroke:#2f9e60;stroke-width:4}.fail{stroke:#8894a3;stroke-width:4}.info{stroke:#e08a1e;stroke-width:4}
@media (prefers-color-scheme:dark){
text{fill:#c6d0db}.paper{fill:#14181d}.time{fill:#8b98a6}.what{fill:#ffb4aa}.wrong{fill:#ff7a6b}.tick{stroke:#fff}
.plain{fill:#4a5663}.lead{fill:#3f7ff0}.fault{fill:#5e2a28}.mail{stroke:#a9b6c3}
}
`

// hatching is how a pause looks.
const hatching = `<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#c9a227" fill-opacity=".35"/><rect width="2" height="5" fill="#8a6d0f" fill-opacity=".8"/></pattern></defs>
`
