/** Where the page begins: unpack what was written into it, and draw. */
import { render } from 'preact'
import { App } from './app.tsx'
import { load } from './data.ts'

load().then(
  data => {
    const page = document.getElementById('page')!
    page.replaceChildren()
    render(<App data={data} />, page)
    document.documentElement.dataset.ready = ''
  },
  error => {
    const sentence = document.createElement('p')
    sentence.textContent = `This page cannot be drawn here: ${error instanceof Error ? error.message : error}`
    document.getElementById('page')!.append(sentence)
  },
)

// On paper there is nothing to open.
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll<HTMLDetailsElement>('.cause')) details.open = true
})
