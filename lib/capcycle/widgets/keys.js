if (!window.capcycle) {
  window.capcycle = true
  window.addEventListener('keydown', event => {
    if (event.target.closest?.('.capcycle-explorer'))
      event.target.toggleAttribute('data-lm-suppress-shortcuts', !event.ctrlKey && !event.metaKey)
  }, true)
  window.addEventListener('click', event => {
    const url = event.target.closest?.('.capcycle-explorer .vega-embed') && event.target.__data__?.datum?.url
    if (url) window.open(url, '_blank', 'noopener')
  }, true)
}
const seen = () => {  // once, when the first chart is drawn: the explorer stands at the top of the window
  const area = [...document.querySelectorAll('.capcycle-explorer')].at(-1)?.closest('.jp-OutputArea-child')
  if (!area?.querySelector('.vega-embed svg')) return requestAnimationFrame(seen)
  if (!area.dataset.seen) area.scrollIntoView()
  area.dataset.seen = 'yes'
}
seen()
