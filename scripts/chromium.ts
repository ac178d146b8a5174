/** How the real browser is started; `system-packages.sh` installs it where it may. The switches keep it from calling home. */
export const CHROMIUM = {
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-gpu-watchdog', // On a busy machine it takes slowness for death, and after three of them the whole browser goes.
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};
