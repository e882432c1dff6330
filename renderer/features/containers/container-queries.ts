import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { call } from '../../api/client.js'

type WindowAccess = { plainHttp: true } | undefined

/** All of them begin with `containers`: after a sign-in those that failed are asked again. */
export const resolveQuery = (text: string) =>
  queryOptions({ queryKey: ['containers', 'resolve', text], queryFn: () => call('containers.resolve', { text }), gcTime: 60_000 })

/** A tag can be moved any time: what is shown is what it led to when it was asked for. */
export const inspectQuery = (reference: string, access: WindowAccess) =>
  queryOptions({
    queryKey: ['containers', 'inspect', reference, access],
    queryFn: () => call('containers.inspect', { reference, access }),
    gcTime: 300_000,
  })

export const tagsQuery = (reference: string, access: WindowAccess) =>
  queryOptions({
    queryKey: ['containers', 'tags', reference, access],
    queryFn: () => call('containers.tags', { reference, access }),
    gcTime: 300_000,
  })

/** `seen`: how many entries were known; a folder grows while its image is read. */
export const folderQuery = (id: string, folder: string, seen: number) =>
  queryOptions({
    queryKey: ['containers', 'list', id, folder, seen],
    queryFn: () => call('containers.list', { id, folder }),
    placeholderData: (previous, query) => (query?.queryKey[3] === folder ? previous : undefined),
    gcTime: 30_000,
  })

export const originQuery = (file: string) =>
  queryOptions({ queryKey: ['containers', 'origin', file], queryFn: () => call('containers.origin', { file }) })

export const storageQuery = queryOptions({ queryKey: ['containers', 'storage'], queryFn: () => call('containers.storage'), staleTime: 0 })

export const pruneQuery = queryOptions({ queryKey: ['containers', 'prune'], queryFn: () => call('containers.pruneList'), staleTime: 0 })

export const signInsQuery = queryOptions({ queryKey: ['containers', 'sign-ins'], queryFn: () => call('containers.signIns'), staleTime: 0 })

export const planPackageQuery = (input: JobInputDraft<'package-container'>) =>
  queryOptions({
    queryKey: ['containers', 'plan-package', input],
    queryFn: () => call('containers.planPackage', input),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  })

export const buildDiskQuery = (reference: string | null, access: WindowAccess) =>
  queryOptions({
    queryKey: ['containers', 'build-disk', reference, access],
    queryFn: () => call('containers.buildDiskAbility', { reference, access }),
    staleTime: 0,
  })
