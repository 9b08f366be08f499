// Chromium and Firefox behind one small interface: a page that evaluates functions.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
export const FIREFOX = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync);

const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** WebGL and WebGPU without a graphics card. Without the last ones a canvas of WebGPU ends its device when it is shown. */
const GPU = [
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--use-angle=swiftshader',
  '--use-vulkan=swiftshader',
  '--enable-features=Vulkan',
  '--disable-vulkan-surface',
];

/** How long anything may take: a busy machine is no fault of what is tried. */
const PATIENCE = 180_000;

/**
 * Opens Chromium: `{page(url, before), close}`; `before` runs in every page before its scripts. With
 * `gpu` there are WebGL and WebGPU, by the processor; with `jitless` nothing is
 * compiled, so there is no WebAssembly.
 */
export async function chromium({ gpu = false, jitless = false } = {}) {
  const { chromium: driver } = await import('playwright-core');
  const folder = mkdtempSync(join(tmpdir(), 'flockwork-chromium-'));
  const args = [...FLAGS, ...(gpu ? GPU : ['--disable-gpu']), ...(jitless ? ['--js-flags=--jitless'] : [])];
  const context = await driver.launchPersistentContext(folder, { executablePath: CHROMIUM, headless: true, timeout: PATIENCE, args });
  return {
    async page(url, before) {
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      if (before) await page.addInitScript(before);
      await page.goto(url);
      return page;
    },
    async close() {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Opens Firefox. */
export async function firefox() {
  const { launch } = (await import('puppeteer-core')).default;
  const browser = await launch({ browser: 'firefox', executablePath: FIREFOX, headless: true, timeout: PATIENCE, protocolTimeout: 600_000 });
  return {
    async page(url, before) {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE);
      if (before) await page.evaluateOnNewDocument(before);
      await page.goto(url);
      return page;
    },
    close: () => browser.close(),
  };
}
