import { useShipStore } from '../../features/clouds/ship-store.js'
import { ShipList } from './ship-list.js'
import { UploadWizard } from './upload-wizard.js'

/** Uploads: one that is put together or runs, or all there are. */
export function ShipScreen() {
  const draft = useShipStore(({ active, drafts }) => (active === null ? undefined : drafts[active]))
  return draft === undefined ? <ShipList /> : <UploadWizard key={draft.path} draft={draft} />
}
