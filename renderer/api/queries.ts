import { queryOptions } from '@tanstack/react-query'
import type { CallInput } from '#shared/contract'
import type { Edit } from '#shared/edits/edit'
import { call } from './client.js'

/** What the core owns is a query; only what the user is typing or looking at is a store. */
export const appInfoQuery = queryOptions({ queryKey: ['app-info'], queryFn: () => call('app.info') })

export const settingsQuery = queryOptions({ queryKey: ['settings'], queryFn: () => call('settings.get') })

export const recentsQuery = queryOptions({ queryKey: ['recents'], queryFn: () => call('recents.list'), staleTime: 0 })

export const recoveryQuery = queryOptions({ queryKey: ['recovery'], queryFn: () => call('recovery.list') })

export const doctorQuery = queryOptions({ queryKey: ['doctor'], queryFn: () => call('tools.doctor', { refresh: false }) })

/** What the installed qemu-img can be told; it does not change while the app runs. */
export const formatOptionsQuery = queryOptions({
  queryKey: ['format-options'],
  queryFn: () => call('formats.options'),
  staleTime: Number.POSITIVE_INFINITY,
})

export const jobsQuery = queryOptions({ queryKey: ['jobs'], queryFn: () => call('jobs.list') })

export const jobLogQuery = (id: string, live: boolean) =>
  queryOptions({
    queryKey: ['job-log', id],
    queryFn: () => call('jobs.log', { id }),
    staleTime: 0,
    refetchInterval: live ? 1000 : false,
  })

export const imageQuery = (path: string) => queryOptions({ queryKey: ['image', path], queryFn: () => call('images.inspect', { path }) })

export const bootQuery = (path: string) => queryOptions({ queryKey: ['boot', path], queryFn: () => call('boot.list', { path }) })

/** One for every list that was ever staged: what is not shown is soon forgotten. */
export const editsQuery = (path: string, edits: readonly Edit[]) =>
  queryOptions({ queryKey: ['edits', path, edits], queryFn: () => call('edits.preview', { path, edits: [...edits] }), gcTime: 60_000 })

export const retargetQuery = (input: CallInput<'retarget.plan'>) =>
  queryOptions({ queryKey: ['retarget', input.path, input], queryFn: () => call('retarget.plan', input), gcTime: 60_000 })

/** A recipe can be mended in an editor and tried again: nothing is kept. */
export const recipeQuery = (path: string) =>
  queryOptions({ queryKey: ['recipe', path], queryFn: () => call('recipes.load', { path }), staleTime: 0, gcTime: 0 })

export const healthQuery = (input: CallInput<'health.check'>) =>
  queryOptions({
    queryKey: ['health', input.path, input.platform, input.edits, input.initramfs],
    queryFn: () => call('health.check', input),
    gcTime: 60_000,
  })

export const suggestQuery = (input: CallInput<'outputs.suggest'>) =>
  queryOptions({ queryKey: ['suggest', input], queryFn: () => call('outputs.suggest', input), staleTime: 0, gcTime: 0 })

export const convertPlanQuery = (input: CallInput<'convert.plan'>) =>
  queryOptions({ queryKey: ['convert-plan', input], queryFn: () => call('convert.plan', input), staleTime: 0, gcTime: 0 })

export const savePlanQuery = (input: CallInput<'save.plan'>) =>
  queryOptions({ queryKey: ['save-plan', input], queryFn: () => call('save.plan', input), staleTime: 0, gcTime: 0 })
