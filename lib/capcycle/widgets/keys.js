if (!window.capcycle) {
  window.capcycle = true
  // What a reader does reaches the kernel in the order in which it is done. A control's second change waits until the
  // kernel has done the first, so that a click would overtake it; and a pick from a list is sent by its place, though the
  // kernel may be about to offer another list. So each deed has a number, which the kernel gives back when it has come to
  // it. What is clicked or picked before then waits here, and so does what follows it.
  const waiting = []
  let again = false, sliding
  const inside = (where, kind) => where.querySelector(`.capcycle-number ${kind}`)
  const done = where => +inside(where, '.widget-html-content').textContent >= +inside(where, 'input').value
  const tell = where => {
    const box = inside(where, 'input')
    box.value = +box.value + 1
    setTimeout(() => box.dispatchEvent(new Event('input', { bubbles: true })))  // behind the deed itself
  }
  const repeat = ({ where, node, kind, text, picked }) => {
    if (kind === 'click') {
      const alike = [...where.querySelectorAll(node.localName)].find(other => other.textContent === text)
      return (node.isConnected ? node : alike)?.click()
    }
    if (node.options) for (const option of node.options) option.selected = picked.includes(option.text)
    else node.value = text
    node.dispatchEvent(new Event(kind, { bubbles: true }))
  }
  const go = () => {
    while (waiting.length && (!waiting[0].where.isConnected || done(waiting[0].where))) {
      again = true
      repeat(waiting.shift())
      again = false
    }
    for (const where of document.querySelectorAll('.capcycle-ordered'))
      where.toggleAttribute('data-waits', waiting.some(deed => deed.where === where))
    if (waiting.length) requestAnimationFrame(go)
  }
  for (const kind of ['click', 'input', 'change', 'pointerdown', 'pointerup', 'keydown'])
    window.addEventListener(kind, event => {
      if (kind === 'pointerup' && sliding) sliding = tell(sliding)
      const slider = /down/.test(kind) && event.target.closest?.('.noUi-target')
      const button = kind === 'click' && event.target.closest?.('button, .jupyter-widget-tag-close')
      const box = (kind === 'change' || (kind === 'input' && !event.target.options)) && event.target
      const node = slider || button || box, where = node && node.closest('.capcycle-ordered')
      if (!where || node === inside(where, 'input')) return
      const behind = waiting.some(deed => deed.where === where)
      if (again || (!behind && (done(where) || !(button || node.options)))) {
        if (kind === 'pointerdown') sliding = where
        else tell(where)
        return
      }
      event.stopImmediatePropagation()
      event.preventDefault()
      if (slider) return
      const text = button ? node.textContent : node.value
      const picked = [...(node.selectedOptions ?? [])].map(option => option.text)
      if (box && waiting.at(-1)?.node === node && waiting.at(-1).kind === kind) waiting.pop()
      waiting.push({ where, node, kind, text, picked })
      if (waiting.length === 1) go()
    }, true)
  window.addEventListener('keydown', event => {
    if (event.target.closest?.('.capcycle-ordered'))
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
