"""How the report's page looks: plain, high in contrast, one column on a phone."""

STYLE = """
:root{color-scheme:light;--ink:#1c2430;--soft:#566173;--line:#d9dee6;--ground:#f5f6f8;--paper:#fff;--good:#1b6e3c;--bad:#b3261e;--wait:#7a5a00;
--bronze:#8a5a2b;--silver:#5f6b7a;--gold:#8a6d00}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.6 "Noto Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif;overflow-wrap:anywhere}
header,main{max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.3rem;margin:0}h3{font-size:1.05rem;margin:1.5rem 0 .5rem}
[lang=en]{color:var(--soft);font-size:.92em}
p{margin:.2rem 0}
nav ul{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.5rem}
nav li{display:flex;justify-content:space-between;align-items:center;gap:.5rem;background:var(--paper);border:1px solid var(--line);border-radius:.5rem;padding:.4rem .7rem}
a{color:#0b4f9c}
.city{background:var(--paper);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem;margin:0 0 1.5rem}
.head{display:flex;justify-content:space-between;align-items:flex-start;gap:1rem;flex-wrap:wrap}
.badge{display:inline-block;white-space:nowrap;border:2px solid currentColor;border-radius:2rem;padding:.1rem .9rem;color:var(--soft)}
.badge [lang=en]{color:inherit}
.badge.bronze,.tag.bronze{color:var(--bronze)}.badge.silver,.tag.silver{color:var(--silver)}.badge.gold,.tag.gold{color:var(--gold)}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.5rem 1rem;margin:1rem 0}
@media (min-width:40rem){.facts{grid-template-columns:repeat(3,1fr)}}
.lead{font-size:1.08rem;border-left:.3rem solid var(--line);padding-left:.8rem;margin:1rem 0}
.facts dt{color:var(--soft);font-size:.85rem}.facts dd{margin:0}
.tiers{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr));gap:1rem}
.count{float:right;font-variant-numeric:tabular-nums}
.bar{height:.7rem;background:#e8ebf0;border-radius:.35rem;overflow:hidden;margin-top:.25rem}
.bar i{display:block;height:100%;background:var(--soft)}
.bronze .bar i{background:var(--bronze)}.silver .bar i{background:var(--silver)}.gold .bar i{background:var(--gold)}
ul{list-style:none;margin:0;padding:0}
li.passed,li.failed,li.unmeasured,li.exempt,li.beside{display:flex;gap:.7rem;padding:.6rem 0;border-top:1px solid var(--line)}
.mark{flex:0 0 1.6rem;height:1.6rem;line-height:1.6rem;text-align:center;border-radius:50%;color:#fff;background:var(--soft);font-weight:700}
.passed .mark{background:var(--good)}.failed .mark{background:var(--bad)}.unmeasured .mark{background:var(--wait)}
.mark+div{flex:1;min-width:0}
.why{font-size:.95rem}
.state{font-size:.88rem;color:var(--soft)}
.tag{border:1px solid currentColor;border-radius:.3rem;padding:0 .35rem;margin-right:.3rem}
.detail{font-size:.92rem;background:var(--ground);border-radius:.35rem;padding:.35rem .6rem;margin-top:.3rem}
details{border-top:1px solid var(--line);padding:.5rem 0}summary{cursor:pointer;min-height:2rem}
.fine{color:var(--good)}
@media (max-width:40rem){header,main{padding:.6rem}.city{padding:.9rem;border-radius:.5rem}h1{font-size:1.25rem}h1 [lang=en],h3 [lang=en]{display:block}}
@media print{body{background:#fff}details>*{display:block}.city{border:0;break-after:page}}
""".strip()
