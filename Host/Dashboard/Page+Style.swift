// The page's style: one column on a telephone, two on a desk, light and dark, all contrasts WCAG AA or better.

extension Page {
    static let style = #"""
        :root {
          --paper: #f5f4ef; --sheet: #ffffff; --ink: #1b2430; --soft: #55606d; --rule: #dedbd2; --band: #f0eee7;
          --main: #0b5d57; --main-ink: #ffffff; --ok: #1a6a3a; --ok-tint: #e3f1e6; --warn: #7d4a00;
          --warn-tint: #fbeed3;
          --bad: #9f2228; --bad-tint: #fbe4e3; --focus: #1d4ed8;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #11151a; --sheet: #1a2027; --ink: #e8ebef; --soft: #a8b2bd; --rule: #2f3842; --band: #202831;
            --main: #6fc7bd; --main-ink: #0c1f1d; --ok: #86d4a0; --ok-tint: #17321f; --warn: #f2c272;
            --warn-tint: #3a2b10;
            --bad: #ffa39c; --bad-tint: #431d1d; --focus: #8ab4ff;
          }
        }
        * { box-sizing: border-box; }
        html { color-scheme: light dark; -webkit-text-size-adjust: 100%; }
        body {
          margin: 0; background: var(--paper); color: var(--ink);
          font: 15px/1.55 system-ui, "Noto Sans", "Noto Sans Devanagari", "Mukta", sans-serif;
          font-variant-numeric: tabular-nums;
        }
        html[data-language="hi"] .en, html[data-language="en"] .hi { display: none; }
        html [data-both] .hi, html [data-both] .en { display: block; }
        [data-both] .en { color: var(--soft); font-size: .9em; }
        [data-both] .main .en { color: inherit; }
        :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
        [hidden] { display: none !important; }
        .skip { position: absolute; left: -999px; }
        .skip:focus { left: 1rem; top: .5rem; z-index: 3; background: var(--sheet); padding: .4rem .8rem; }
        h1 { font-size: 1.4rem; line-height: 1.4; margin: 0 0 1rem; }
        h2 { font-size: 1.05rem; line-height: 1.5; margin: 0; padding: .6rem 1rem .45rem; }
        .count { font-weight: 400; color: var(--soft); font-size: .87rem; margin-left: .3rem; }

        .top {
          position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1rem;
          padding: .45rem 1.25rem; background: var(--sheet); border-bottom: 1px solid var(--rule);
        }
        .top p, .top form { margin: 0; }
        .brand { font-size: 1.15rem; margin-right: auto !important; }
        .brand strong { color: var(--main); }
        .brand span span, .brand > span { color: var(--soft); }
        .line { display: flex; align-items: center; gap: .45rem; font-size: .9rem; }
        .dot { width: .7rem; height: .7rem; border-radius: 50%; background: var(--warn); flex: none; }
        .line[data-state="live"] .dot { background: var(--ok); }
        .line[data-state="away"] { color: var(--bad); font-weight: 600; }
        .line[data-state="away"] .dot { background: transparent; border: 3px solid var(--bad); }
        button, input, select { font: inherit; color: inherit; }
        button {
          min-height: 2rem; padding: .15rem .75rem; border: 1px solid var(--rule); border-radius: 6px;
          background: var(--sheet); cursor: pointer;
        }
        button:hover { border-color: var(--soft); }
        button.main { background: var(--main); border-color: var(--main); color: var(--main-ink); font-weight: 600; }
        button:disabled { opacity: .55; cursor: progress; }
        .tongue { display: flex; }
        .tongue button { border-radius: 0; }
        .tongue button:first-child { border-radius: 6px 0 0 6px; }
        .tongue button:last-child { border-radius: 0 6px 6px 0; border-left: 0; }
        .tongue [aria-pressed="true"] {
          background: var(--band); font-weight: 600; box-shadow: inset 0 -2px var(--main);
        }

        main { max-width: 1560px; margin: 0 auto; padding: 1rem 1.25rem 3rem; }
        main:focus { outline: none; }
        main, section { scroll-margin-top: 5rem; }
        .notice {
          margin: 0; padding: .55rem 1.25rem; background: var(--bad-tint); color: var(--bad);
          border-bottom: 1px solid var(--rule);
        }
        .figures {
          display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: .75rem;
          margin: 0 0 1rem;
        }
        .figures > div {
          background: var(--sheet); border: 1px solid var(--rule); border-radius: 8px; padding: .55rem .9rem;
        }
        .figures dt { color: var(--soft); font-size: .84rem; line-height: 1.45; }
        .figures dd { margin: 0; font-size: 1.5rem; line-height: 1.4; font-weight: 600; }
        .figures .warn { border-left: 4px solid var(--warn); }
        .figures .bad { border-left: 4px solid var(--bad); }
        .figures .bad dd { color: var(--bad); }
        .figures .warn dd { color: var(--warn); }

        .columns { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 1rem; }
        section {
          background: var(--sheet); border: 1px solid var(--rule); border-radius: 8px; margin: 0 0 1rem;
          overflow: clip;
        }
        table { width: 100%; border-collapse: collapse; font-size: .92rem; }
        th {
          text-align: left; font-weight: 600; color: var(--soft); font-size: .82rem; background: var(--band);
          white-space: nowrap;
        }
        th, td { padding: .38rem .6rem; border-top: 1px solid var(--rule); vertical-align: top; }
        th:first-child, td:first-child { padding-left: 1rem; }
        th:last-child, td:last-child { padding-right: 1rem; }
        .number { text-align: right; white-space: nowrap; }
        .tight { white-space: nowrap; }
        .small, td small { color: var(--soft); font-size: .84rem; }
        td small { display: block; }
        code { font: .88em ui-monospace, "Noto Sans Mono", monospace; overflow-wrap: anywhere; }
        .empty { margin: 0; padding: .5rem 1rem .9rem; color: var(--soft); }
        .mark {
          display: inline-block; padding: 0 .5rem; border-radius: 10px; font-size: .84rem; line-height: 1.5rem;
          background: var(--band); white-space: nowrap;
        }
        .mark.ok { background: var(--ok-tint); color: var(--ok); }
        .mark.warn { background: var(--warn-tint); color: var(--warn); font-weight: 600; }
        .mark.bad { background: var(--bad-tint); color: var(--bad); font-weight: 600; }
        .marks { display: flex; flex-wrap: wrap; gap: .25rem .35rem; }
        .buttons { display: flex; flex-wrap: wrap; gap: .35rem; }
        td .buttons button { font-size: .86rem; min-height: 1.75rem; padding: 0 .55rem; }
        .scroll { overflow: auto; }
        #conversations .scroll, #applications .scroll, #failures .scroll, #rates .scroll { max-height: 36rem; }
        .scroll thead th { position: sticky; top: 0; z-index: 1; }

        td summary { cursor: pointer; white-space: nowrap; min-height: 1.6rem; }
        td ul { margin: .15rem 0 0; padding-left: 1.1rem; color: var(--soft); font-size: .84rem; }

        .act { border-top: 1px solid var(--rule); padding: .5rem 1rem; }
        .act summary { cursor: pointer; color: var(--main); font-weight: 600; padding: .15rem 0; }
        .fields { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; padding: .5rem 0; }
        .fields label {
          display: grid; gap: .15rem; font-size: .87rem; color: var(--soft); flex: 1 1 13rem; max-width: 20rem;
        }
        input, select {
          min-height: 2.2rem; padding: .2rem .5rem; border: 1px solid var(--soft); border-radius: 6px;
          background: var(--sheet);
          color: var(--ink); width: 100%; min-width: 0;
        }
        .fields button { min-height: 2.2rem; }
        .said { flex-basis: 100%; margin: 0; font-size: .92rem; }
        .said:empty { display: none; }
        #module-said { padding: 0 1rem .6rem; }
        .said.bad { color: var(--bad); }
        .said.ok { color: var(--ok); }
        dialog {
          border: 1px solid var(--rule); border-radius: 10px; background: var(--sheet); color: var(--ink);
          max-width: 28rem; padding: 1.2rem;
        }
        dialog::backdrop { background: rgb(0 0 0 / .45); }
        dialog p { margin: 0 0 1rem; }
        dialog .buttons { justify-content: flex-end; margin: 0; }

        .gate {
          max-width: 26rem; margin: 8vh auto 0; padding: 2rem; background: var(--sheet);
          border: 1px solid var(--rule); border-radius: 10px;
        }
        .gate label { display: block; margin-bottom: .3rem; }
        .gate button { width: 100%; margin-top: 1rem; padding: .4rem; }
        .gate .small { margin: 1.2rem 0 0; }
        .fault { color: var(--bad); margin: .5rem 0 0; }
        .fault .en { color: var(--bad); }

        @media (min-width: 1080px) {
          .columns { grid-template-columns: minmax(0, 2.1fr) minmax(0, 1fr); }
        }
        @media (max-width: 760px) {
          main { padding: .75rem .6rem 2rem; }
          .top { padding: .45rem .75rem; gap: .4rem .6rem; }
          .brand { flex-basis: auto; }
          .line { order: 3; flex-basis: 100%; }
          .figures { grid-template-columns: 1fr 1fr; gap: .5rem; }
          .figures > div:last-child:nth-child(odd) { grid-column: 1 / -1; }
          .gate { margin: 0; border: 0; border-radius: 0; min-height: 100vh; max-width: none; }
          /* A table becomes a list of cards: each cell says its own heading. Roles in the markup keep it a table. */
          table, tbody, tr, td { display: block; width: 100%; }
          thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          tbody tr { display: grid; grid-template-columns: 1fr 1fr; gap: .3rem 1rem; padding: .5rem 1rem .6rem; }
          tbody tr { border-top: 1px solid var(--rule); }
          #queues tbody tr { grid-template-columns: 4fr 3fr 5fr; }
          #lines tbody tr { grid-template-columns: 5fr 2fr 2fr 3fr; }
          td, td:first-child, td:last-child { border: 0; padding: 0; display: block; min-width: 0; }
          td::before {
            content: attr(data-head); display: block; color: var(--soft); font-size: .8rem; line-height: 1.35;
          }
          td.number { text-align: left; }
          td.tight, td.number { white-space: normal; }
          td:empty, td.none { display: none; }
          td.whole { grid-column: 1 / -1; }
          .cell { min-width: 0; overflow-wrap: anywhere; }
          #conversations .scroll, #applications .scroll, #failures .scroll, #rates .scroll { max-height: 34rem; }
          .fields label { flex-basis: 100%; max-width: none; }
        }
        @media (prefers-reduced-motion: no-preference) {
          .line[data-state="connecting"] .dot { animation: breathe 1.2s ease-in-out infinite alternate; }
          @keyframes breathe { to { opacity: .3; } }
        }
        """#
}
