import './phone.css'
import { createApp } from 'vue'
import PhoneApp from './PhoneApp.vue'
import { begin } from './phone_room'

createApp(PhoneApp).mount('#phone')
void begin()

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  const controlled = navigator.serviceWorker.controller !== null
  // A new version has taken over: loaded anew at once where nobody is looking, else when they look away. A report that
  // is being written is kept.
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (!controlled) return
    const renew = (): void => void (document.visibilityState === 'hidden' && location.reload())
    document.addEventListener('visibilitychange', renew)
    renew()
  })
  void navigator.serviceWorker.register('/phone-sw.js', { scope: '/phone', updateViaCache: 'none' })
}
