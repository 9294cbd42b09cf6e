if (!window.capcycle) {
  window.capcycle = true
  window.addEventListener('keydown', event => {
    if (event.target.closest?.('.capcycle-explorer'))
      event.target.toggleAttribute('data-lm-suppress-shortcuts', !event.ctrlKey && !event.metaKey)
  }, true)
  // a click near a point lists its documents; the box closes by Escape, its cross or a click beside it
  const near = 10 // pixels
  window.addEventListener('click', event => {
    const chart = event.target.closest?.('.capcycle-explorer .vega-embed svg.marks')
    if (!chart) return
    const marks = [...chart.querySelectorAll('.mark-symbol.role-mark path, .mark-rect.role-mark path')]
    const away = mark => {
      const box = mark.getBoundingClientRect(), beside = (at, low, high) => Math.max(low - at, 0, at - high)
      return Math.hypot(beside(event.clientX, box.left, box.right), beside(event.clientY, box.top, box.bottom))
    }
    const cited = marks.filter(mark => mark.__data__?.datum?.documents?.length).map(mark => [away(mark), mark])
    const [far, mark] = cited.sort((one, other) => one[0] - other[0])[0] ?? [Infinity]
    if (far > near) return
    const { name, period, shown, documents } = mark.__data__.datum
    const [box, close, said, list] = ['dialog', 'form', 'strong', 'ol'].map(kind => document.createElement(kind))
    box.className = 'capcycle-documents'
    said.textContent = [name, period, shown].filter(Boolean).join(' · ')
    close.method = 'dialog'
    close.innerHTML = '<button aria-label="CLOSE">×</button>'
    for (const each of documents) {
      const line = list.appendChild(document.createElement('li')), link = document.createElement(each.url ? 'a' : 'span')
      if (each.url) Object.assign(link, { href: each.url, target: '_blank', rel: 'noopener' })
      link.textContent = each.title
      line.append(link)
    }
    box.append(close, said, list)
    box.addEventListener('click', event => event.target === box && box.close())
    box.addEventListener('close', () => box.remove())
    document.body.append(box)
    box.showModal()
  }, true)
}
const seen = () => {  // once, when the first chart is drawn: the explorer stands at the top of the window
  const area = [...document.querySelectorAll('.capcycle-explorer')].at(-1)?.closest('.jp-OutputArea-child')
  if (!area?.querySelector('.vega-embed svg')) return requestAnimationFrame(seen)
  if (!area.dataset.seen) {
    area.scrollIntoView()
    for (const list of area.querySelectorAll('select[multiple]'))  // whom is chosen, below the last of the groups
      list.scrollTop = (list.selectedIndex - 1) * list.scrollHeight / list.length
  }
  area.dataset.seen = 'yes'
}
seen()
