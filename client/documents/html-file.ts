import { html, Html } from './html.js';
import { STYLE } from './style.js';

/** A page that people keep as one file: no script, no font, no address outside of it; for screen, phone and paper. `style` adds to what all of them share. */
export const htmlFile = (title: string, body: Html, style = ''): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE + style)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`.text;
