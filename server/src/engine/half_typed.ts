/**
 * Files in the middle of being typed. While an open file does not parse, the text that did stands in for it, so that
 * no other file is told of imports that are broken for the length of a keystroke; its own findings stay where they
 * were. That it does not parse is told once the typing pauses.
 */
import { initParser } from '../compile/parser.ts'
import { decodeSource } from '../files/decode.ts'
import type { FileSystem } from '../files/file_system.ts'
import { follow } from '../files/follow.ts'
import { byAllSpellings, OverlayFileSystem } from '../files/overlay.ts'
import type { Span } from '../files/span.ts'
import type { Finding } from '../rules/finding.ts'
import type { AnalysisView, Job } from './job.ts'
import type { Sources } from './sources.ts'

export class HalfTyped {
  /** The text of each open file that parsed last. */
  private readonly good = new Map<string, string>()

  constructor(
    private readonly disk: FileSystem,
    private readonly sources: Sources,
  ) {}

  /** For each file of the job that is half typed the text that is to stand in for it. */
  async standIns({ texts, typed }: Job): Promise<Map<string, string>> {
    await initParser()
    this.sources.begin(new OverlayFileSystem(this.disk, texts), byAllSpellings(this.disk, texts).keys())
    for (const path of this.good.keys()) if (!texts.has(path)) this.good.delete(path)
    const standIns = new Map<string, string>()
    for (const [path, text] of texts) {
      if (!path.endsWith('.py') || this.good.get(path) === text) continue
      if (this.parses(path)) this.good.set(path, text)
      else if (!typed.has(path)) this.good.delete(path)
      else {
        const good = this.good.get(path) ?? this.onDisk(path)
        if (good !== null) standIns.set(path, good)
      }
    }
    return standIns
  }

  /** The interpreter takes the file although our parser does not. */
  isFine(path: string, text: string): void {
    this.good.set(path, text)
  }

  private parses(path: string): boolean {
    const unit = this.sources.code(path, true)
    return 'code' in unit && !unit.code.suspects.some(({ since }) => since === null)
  }

  private onDisk(path: string): string | null {
    const bytes = this.disk.read(path)
    const decoded = bytes && decodeSource(bytes)
    return decoded && 'text' in decoded ? decoded.text : null
  }
}

/**
 * A view that was made with stand-ins, as it is for the texts that are really open: what stands in a half-typed file
 * moves with the edit, or goes where the edit took its place.
 */
export function inOpenTexts(
  view: AnalysisView,
  open: ReadonlyMap<string, string>,
  standIns: ReadonlyMap<string, string>,
): AnalysisView {
  const moves = new Map([...standIns].map(([path, text]) => [path, follow(text, open.get(path) ?? text)]))
  const move = (span: Span): Span | null => {
    const moved = moves.get(span.path)
    if (!moved) return span
    const place = moved(span)
    return place && { path: span.path, ...place }
  }
  const texts = new Map(view.texts)
  for (const path of standIns.keys()) if (texts.has(path)) texts.set(path, open.get(path) ?? '')
  return {
    ...view,
    findings: view.findings.flatMap(finding => movedFinding(finding, move)),
    texts,
    halfTyped: [...standIns.keys()],
  }
}

/** The finding where its places are by now; nothing where it stood in the middle of an edit. */
export function movedFinding(finding: Finding, move: (span: Span) => Span | null): Finding[] {
  const span = move(finding.span)
  if (!span) return []
  const chain = finding.chain.flatMap(link => move(link) ?? [])
  const related = finding.related.flatMap(each => {
    const place = move(each.span)
    return place ? [{ ...each, span: place }] : []
  })
  return [{ ...finding, span, chain, related }]
}

/** `view` and what `bare`, made of the texts as they stand, says of the syntax of half-typed files. */
export function withSyntaxErrors(view: AnalysisView, bare: AnalysisView): AnalysisView {
  const half = new Set(view.halfTyped)
  const errors = bare.findings.filter(({ rule, span }) => half.has(span.path) && rule === 'syntax-error')
  const findings = [...view.findings, ...errors].sort((a, b) =>
    a.span.path < b.span.path ? -1 : a.span.path > b.span.path ? 1 : a.span.start - b.span.start,
  )
  const texts = new Map([...bare.texts, ...view.texts])
  return { ...view, findings, texts }
}
