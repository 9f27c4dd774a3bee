import '@fontsource-variable/noto-sans-sc'
import 'leaflet/dist/leaflet.css'
import './theme/theme.css'
import './theme/controls.css'
import './theme/page.css'
import { createApp } from 'vue'
import App from './App.vue'
import { isDisplayAddress } from './display/address'
import { i18n } from './i18n'
import { SESSION, Session } from './stores/session'

const session = new Session()
createApp(App).use(i18n).provide(SESSION, session).mount('#app')
// A display signs nobody in: it is let in by its pairing.
if (!isDisplayAddress(location.pathname)) void session.begin()
