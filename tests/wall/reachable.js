/** What a page says to a screen reader and the keyboard. For tests/wall/test_reachable_browser.py. */
const reachable = {
  /** What is wrong with the page as it stands, in words; nothing that is hidden counts. */
  faults: () => {
    const faults = []
    const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('[aria-hidden="true"], [inert]')
    const byIds = (ids) => ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? '').join(' ')
    const nameOf = (e) =>
      (e.getAttribute('aria-labelledby') && byIds(e.getAttribute('aria-labelledby'))) || e.getAttribute('aria-label') ||
      [...(e.labels ?? [])].map((one) => one.textContent).join(' ') ||
      (e.matches('input, select, textarea') ? '' : e.textContent + [...e.querySelectorAll('img')].map((one) => one.alt).join(' ')) ||
      e.title
    const said = (e) => e.outerHTML.slice(0, 140)
    const controls = 'button, a[href], input:not([type=hidden]), select, textarea, summary, [role=option], [role=tab], ' +
      '[role=dialog], [role=listbox], [role=checkbox], [role=combobox], ' +
      '[role=grid], [role=treegrid], section[role], nav'
    for (const e of document.querySelectorAll(controls)) if (shown(e) && !nameOf(e)?.trim()) faults.push(`no name: ${said(e)}`)
    for (const e of document.querySelectorAll('[onclick], button[tabindex="-1"]:not([role=tab]), a[href][tabindex="-1"]')) if (shown(e)) faults.push(`not reached by Tab: ${said(e)}`)
    for (const e of document.querySelectorAll('img:not([alt])')) faults.push(`no alternative: ${said(e)}`)
    for (const e of document.querySelectorAll('th')) if (!e.textContent.trim() && !e.getAttribute('aria-label')) faults.push(`no heading: ${said(e)}`)
    for (const name of ['aria-controls', 'aria-labelledby', 'aria-describedby'])
      for (const e of document.querySelectorAll(`[${name}]`))
        for (const id of e.getAttribute(name).split(/\s+/)) if (!document.getElementById(id)) faults.push(`${name} of nothing: ${said(e)}`)
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
    for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) faults.push(`id twice: ${id}`)
    for (const [what, n] of [['h1', 1], ['main', 1]]) if (document.querySelectorAll(what).length !== n) faults.push(`${document.querySelectorAll(what).length} of ${what}`)
    if (!document.documentElement.lang) faults.push('no language')
    return faults
  },

  /** Everything Tab should come to. Options of a listbox and the other tabs are walked by arrows, as they should be. */
  toReach: () => {
    const all = 'button:not(:disabled), a[href], input:not(:disabled), select:not(:disabled), textarea:not(:disabled)'
    const found = [...document.querySelectorAll(all)].filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('[role=listbox], [role=tab][tabindex="-1"]'))
    found.forEach((e, at) => (e.dataset.reach = String(at)))
    return found.length
  },

  focused: () => {
    const e = document.activeElement
    const style = getComputedStyle(e)
    const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none'
    return { at: e.dataset?.reach ?? null, seen, html: e.outerHTML.slice(0, 140) }
  },
}
window.reachable = reachable
