import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, type RenderResult } from '@testing-library/react'
import type { ReactNode } from 'react'
import { vi } from 'vitest'
import type { BootEntry, BootReport } from '#shared/boot/boot-entry'
import { applyArgChanges } from '#shared/boot/kernel-args'
import type { CallInput, CallOutput, Channel } from '#shared/contract'
import type { Edit } from '#shared/edits/edit'
import type { EditPreview } from '#shared/edits/edit-preview'
import { AppError, toAppError } from '#shared/errors/app-error'
import { type AppActions, AppActionsContext } from '../../../components/app-actions.js'

export const PATH = '/images/boot.qcow2'

export function sampleReport(entries: readonly BootEntry[], more: Partial<BootReport> = {}): BootReport {
  return { files: [], entries: [...entries], settings: [], notes: [], searched: [], elapsedMs: 0, ...more }
}

type Answers = { readonly [C in Channel]?: (input: CallInput<C>) => CallOutput<C> }

/** A core that holds one boot menu, applies what the tests stage, and answers nothing else but what it is given. */
export function sampleCore(report: BootReport, answers: Answers = {}) {
  const preview = vi.fn((input: { edits: readonly Edit[] }) => applied(report, input.edits))
  const known: Readonly<Record<string, unknown>> = { 'boot.list': () => report, 'edits.preview': preview, ...answers }
  const invoke = vi.fn(async (channel: string, input: unknown) => {
    const answer = known[channel] as ((input: unknown) => unknown) | undefined
    if (answer === undefined) return { ok: false as const, error: new AppError('internal', { details: { reason: channel } }).data }
    return { ok: true as const, value: await answer(input) }
  })
  vi.stubGlobal('diskwright', { invoke, on: () => () => {}, pathForFile: () => '' })
  return { preview, invoke }
}

function applied(report: BootReport, edits: readonly Edit[]): EditPreview {
  let entries = report.entries
  const rows = edits.map((edit) => {
    try {
      entries = afterEdit(entries, edit)
      return { title: edit.kind, problem: null, notes: [] }
    } catch (error) {
      return { title: edit.kind, problem: toAppError(error).data, notes: [] }
    }
  })
  return { edits: rows, changes: [], boot: { ...report, entries } }
}

function afterEdit(entries: BootEntry[], edit: Edit): BootEntry[] {
  const change = (id: string, next: (entry: BootEntry) => BootEntry) => {
    if (id !== '*' && !entries.some((entry) => entry.id === id)) throw new AppError('boot-entry-not-found', { details: { entry: id } })
    return entries.map((entry) => (id === '*' || entry.id === id ? next(entry) : entry))
  }
  switch (edit.kind) {
    case 'kernel-args':
      return change(edit.entry, (entry) => {
        const args = edit.entry === '*' ? lenient(entry.args, edit.changes) : applyArgChanges(entry.args, edit.changes)
        return { ...entry, args, origins: args.map(() => 0) }
      })
    case 'entry-title':
      return change(edit.entry, (entry) => ({ ...entry, title: edit.title }))
    case 'entry-remove':
      return entries.filter((entry) => entry.id !== edit.entry)
    case 'boot-default':
      return entries.map((entry) => ({ ...entry, isDefault: entry.id === edit.entry }))
    case 'entry-move':
      throw new AppError('edit-conflict', { details: { path: '/a', reason: 'the menu is sorted by version' } })
    default:
      return entries
  }
}

/** Of all entries, one that lacks an argument is passed over. */
function lenient(args: readonly string[], changes: Parameters<typeof applyArgChanges>[1]): string[] {
  try {
    return applyArgChanges(args, changes)
  } catch {
    return [...args]
  }
}

export function sampleActions(): AppActions {
  return {
    chooseImages: vi.fn(),
    openImages: vi.fn(),
    closeImage: vi.fn(),
    showTab: vi.fn(),
    convert: vi.fn(),
    convertMany: vi.fn(),
    showBatch: vi.fn(),
    save: vi.fn(),
    bootTest: vi.fn(),
    showBootTest: vi.fn(),
    ship: vi.fn(),
    showUpload: vi.fn(),
    chooseRecipe: vi.fn(),
    exportRecipe: vi.fn(),
    showJobs: vi.fn(),
    showTools: vi.fn(),
    showSettings: vi.fn(),
    openContainer: vi.fn(),
    packageImage: vi.fn(),
    signIn: vi.fn(),
    allowPlainHttp: vi.fn(),
    reportFailure: vi.fn(),
  }
}

export function renderInApp(content: ReactNode, actions: AppActions): RenderResult {
  const client = new QueryClient({
    defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY, networkMode: 'always' } },
  })
  return render(
    <QueryClientProvider client={client}>
      <MantineProvider env="test">
        <AppActionsContext value={actions}>{content}</AppActionsContext>
      </MantineProvider>
    </QueryClientProvider>,
  )
}
