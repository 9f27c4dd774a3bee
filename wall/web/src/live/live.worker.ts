import { LiveHub } from './live_hub'
import type { ToWorker } from './messages'

const hub = new LiveHub((message, transfer = []) => self.postMessage(message, { transfer }))
self.onmessage = (event: MessageEvent<ToWorker>) => hub.handle(event.data)
