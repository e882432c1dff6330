import { notifications } from '@mantine/notifications'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { call } from '../api/client.js'
import { queryClient } from '../api/query-client.js'
import type { AppActions } from '../components/app-actions.js'
import { visibleText } from '../components/visible-text.js'
import { useBootTestStore } from '../features/boot-test/boot-test-store.js'
import { useContainersStore } from '../features/containers/containers-store.js'
import { useSignInStore } from '../features/containers/sign-in-store.js'
import { uploadInput } from '../features/clouds/upload-jobs.js'
import { useShipStore } from '../features/clouds/ship-store.js'
import { useConvertStore } from '../features/convert/convert-store.js'
import { useFilesViewStore } from '../features/files/files-view.js'
import { useEditStore } from '../features/edits/edit-store.js'
import { useFixStore } from '../features/health/fix-store.js'
import { useTargetStore } from '../features/platforms/target-store.js'
import { startExport } from './export-recipe.js'
import { useNavigation } from './navigation-store.js'
import { chooseRecipe, openFiles } from './open-files.js'

const navigation = () => useNavigation.getState()

function reportFailure(error: unknown): void {
  const words = describeError(toAppError(error).data)
  notifications.show({
    color: 'red',
    title: visibleText(words.title),
    message: visibleText([words.detail, words.next].filter((part) => part !== '').join(' ')),
  })
}

/** Closing forgets an image's staged edits, so it asks first when there are some. */
function closeImage(path: string): void {
  const staged = useEditStore.getState().byPath[path]?.present.length ?? 0
  if (staged > 0) {
    navigation().openDialog({ kind: 'close', path, edits: staged })
    return
  }
  closeImageNow(path)
}

export function closeImageNow(path: string): void {
  navigation().close(path)
  useEditStore.getState().forget(path)
  useFilesViewStore.getState().forget(path)
  useFixStore.getState().forget(path)
  useTargetStore.getState().forget(path)
  useBootTestStore.getState().forget(path)
  // Opening it again reads the file again, as it is then.
  for (const kind of ['image', 'boot', 'files', 'health']) queryClient.removeQueries({ queryKey: [kind, path] })
}

/** Opens what the app was started with, or was handed while it ran. */
export function takeOpenRequests(): void {
  call('app.takeOpenRequests').then(openFiles).catch(reportFailure)
}

export const appActions: AppActions = {
  chooseImages: () => void call('images.choose').then((paths) => navigation().open(paths), reportFailure),
  openImages: (paths) => navigation().open(paths),
  closeImage,
  showTab: (path, tab) => navigation().showTab(path, tab),
  convert: (paths, target) => navigation().openDialog({ kind: 'convert', paths, target: target ?? null }),
  convertMany: (paths, artifacts) => {
    useConvertStore.getState().add(paths, artifacts)
    navigation().openDialog(null)
    navigation().show({ kind: 'convert' })
  },
  showBatch: (id) => {
    useConvertStore.getState().show(id)
    navigation().show({ kind: 'convert' })
  },
  save: (path, mode, target) => navigation().openDialog({ kind: 'save', path, mode, target: target ?? null }),
  bootTest: (path) => navigation().openDialog({ kind: 'boot-test', path }),
  showBootTest: (path, job) => {
    useBootTestStore.getState().show(path, job)
    navigation().open([path])
    navigation().showTab(path, 'boot-test')
  },
  ship: (path) => {
    useShipStore.getState().ship([path])
    navigation().openDialog(null)
    navigation().show({ kind: 'ship' })
  },
  showUpload: (job) => {
    const input = uploadInput(job)
    if (input !== null) useShipStore.getState().showJob(job.id, input)
    navigation().show({ kind: 'ship' })
  },
  chooseRecipe: (path) => void chooseRecipe(path).catch(reportFailure),
  exportRecipe: (path) => void startExport(path).catch(reportFailure),
  showJobs: (id) => navigation().show({ kind: 'jobs', selected: id }),
  showTools: () => {
    navigation().openDialog(null)
    navigation().show({ kind: 'tools' })
  },
  showSettings: () => {
    navigation().openDialog(null)
    navigation().show({ kind: 'settings' })
  },
  openContainer: (reference) => {
    if (reference === undefined) useContainersStore.getState().show('open')
    else useContainersStore.getState().ask(reference)
    navigation().openDialog(null)
    navigation().show({ kind: 'containers' })
  },
  packageImage: (path) => navigation().openDialog({ kind: 'package', path }),
  signIn: (registry, goOn) => useSignInStore.getState().ask(registry, goOn),
  allowPlainHttp: (registry) => useContainersStore.getState().allowPlainHttp(registry),
  reportFailure,
}
