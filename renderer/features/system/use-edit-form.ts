import { useState } from 'react'
import { type Edit, editSchema } from '#shared/edits/edit'
import type { SystemRoot } from '#shared/edits/system-edits'
import { useEdits, useEditStore } from '../edits/edit-store.js'
import { stageSystemEdit } from './stage-system-edit.js'

export interface FormTarget {
  readonly path: string
  /** Where the root of the system is, where the user says so. */
  readonly root: SystemRoot | undefined
}

export interface EditForm<F> {
  readonly fields: F
  set<K extends keyof F>(name: K, value: F[K]): void
  /** What is wrong with a field of the edit, once something was typed there or staging was tried. */
  problem(name: string): string | undefined
  /** Stages the edit and empties the form; shows what is wrong where it cannot be one. */
  submit(): void
}

/**
 * Fields of a form and the edit that they make. `check` adds problems that the schema of edits does not know, by the name of a field.
 */
export function useEditForm<F extends object>(
  { path, root }: FormTarget,
  empty: F,
  build: (fields: F) => object,
  check: (fields: F) => Readonly<Record<string, string | undefined>> = () => ({}),
): EditForm<F> {
  const [fields, setFields] = useState(empty)
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [tried, setTried] = useState(false)
  const edits = useEdits(path)

  const parsed = editSchema.safeParse({ ...build(fields), ...(root === undefined ? {} : { root }) })
  const problems = new Map<string, string>()
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0] ?? '')
    if (!problems.has(name)) problems.set(name, sentence(issue.message))
  }
  for (const [name, problem] of Object.entries(check(fields))) if (problem !== undefined) problems.set(name, sentence(problem))

  const stage = (edit: Edit) => {
    useEditStore.getState().stage(path, stageSystemEdit(edits, edit))
    setFields(empty)
    setTouched(new Set())
    setTried(false)
  }
  return {
    fields,
    set: (name, value) => {
      setFields({ ...fields, [name]: value })
      setTouched(new Set([...touched, String(name)]))
    },
    problem: (name) => (tried || touched.has(name) ? problems.get(name) : undefined),
    submit: () => {
      if (parsed.success && problems.size === 0) stage(parsed.data)
      else setTried(true)
    },
  }
}

function sentence(problem: string): string {
  return `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`.replace(/\.\.$/, '.')
}
