"""The style sheets of the sample web, a constant a make: enough that a page looks like its generator's."""

from __future__ import annotations

HANDMADE = """\
body > table { table-layout: fixed; width: 100%;}
body { font: 16px/1.55 Palatino, Georgia, serif; margin: 1em auto; max-width: 62em; color: #222;}
td.side { width: 11em; vertical-align: top; padding-right: 2em; font-size: 90%;}
td.text { vertical-align: top;}
pre { background: #f6f3ea; border-left: 3px solid #b9a; padding: 8px; overflow: auto;}
h1 { font-size: 1.6em;}
table.data { border-collapse: collapse;}
table.data td, table.data th { border: 1px solid #999; padding: 3px 9px;}
p.when { font-style: italic;}
img { max-width: 100%;}
"""

HEXO = """\
.page-number{margin-right:10px}
.post-body a,.post-title-link{border-bottom:1px solid #999}
a{color:#222;text-decoration:none}
body{font:16px/1.8 "Noto Serif SC","PingFang SC",sans-serif;max-width:800px;margin:0 auto;padding:0 20px;color:#555}
.menu{display:flex;gap:16px;list-style:none;padding:0}
.post-title,.post-meta-container{text-align:center}
.post-meta-container{font-size:13px;color:#999}
figure.highlight{background:#f7f7f7;overflow:auto;margin:16px 0}
figure.highlight pre{margin:0;padding:10px}
.gutter{color:#aaa;text-align:right}
.keyword{color:#8959a8}
.string{color:#718c00}
.comment{color:#8e908c}
.number{color:#f5871f}
.post-body table:not(figure table){border-collapse:collapse}
.post-body td,.post-body th{border:1px solid #ddd;padding:4px 10px}
figure.highlight td{border:0;padding:0}
.post-copyright{border-left:3px solid #ff2a2a;background:#f9f9f9;padding:8px 16px}
img{max-width:100%}
"""

HUGO = """\
.post-content a{border-bottom:1px solid}
a{color:#1e1e1e;text-decoration:none}
body{font:17px/1.6 system-ui,sans-serif;max-width:720px;margin:0 auto;padding:0 24px;background:#fff;color:#1e1e1e}
.nav{display:flex;justify-content:space-between}
.nav ul{display:flex;gap:16px;list-style:none}
.post-entry{position:relative;border:1px solid #eee;border-radius:8px;padding:20px;margin:16px 0}
.entry-link{position:absolute;inset:0}
.entry-footer,.post-meta{color:#6c6c6c;font-size:14px}
.highlight pre{background:#1c1d21;color:#d5d5d6;padding:12px;border-radius:8px;overflow:auto}
.anchor{display:none}
.k,.kn,.ow{color:#ff7ab2}
.c1{color:#8b949e}
.s2{color:#ffa657}
table{border-collapse:collapse}
td,th{border-bottom:1px solid #ddd;padding:6px 12px}
.post-tags{display:flex;gap:10px;list-style:none;padding:0}
img{max-width:100%}
"""

JEKYLL = """\
body{font:16px/1.6 sans-serif;max-width:740px;margin:0 auto;padding:0 20px;color:#111}
a{color:#2a7ae2}
.site-header,.site-footer{border-top:1px solid #e8e8e8;padding:10px 0}
.site-nav a{margin-left:16px}
.post-meta{color:#828282}
pre{background:#eef;padding:8px;overflow:auto}
table{border-collapse:collapse}
td,th{border:1px solid #ccc;padding:4px 10px}
.k,.kn,.ow{font-weight:bold}
.c1{color:#998;font-style:italic}
.s2{color:#d14}
img{max-width:100%}
"""

PELICAN = """\
a{color:#c74451;text-decoration:none}
body{font:15px/1.7 "PingFang SC","Noto Sans SC",sans-serif;background:#f5f4ef;color:#000305;margin:0}
.body{max-width:820px;margin:0 auto;background:#fff;padding:10px 30px}
#menu ul{display:flex;gap:14px;list-style:none;background:#000305;padding:8px}
#menu a{color:#fff}
.post-info{font-size:13px;color:#666;float:right;width:11em;margin-left:1em}
.highlight{background:#eef;padding:6px;overflow:auto}
.c1{color:#408080;font-style:italic}
.k,.kn,.ow{color:#008000;font-weight:bold}
.s2{color:#ba2121}
table{border-collapse:collapse}
td,th{border:1px solid #bbb;padding:4px 10px}
img{max-width:100%}
"""

QUARTO = """\
a{color:#2761e3;text-decoration:none}
body{font:17px/1.7 "Noto Sans SC","PingFang SC",system-ui,sans-serif;max-width:860px;margin:0 auto;padding:0
20px;color:#343a40}
.navbar{background:#517699;padding:10px}
.navbar a{color:#fff;margin-right:16px}
.sourceCode{background:#f6f6f8;padding:2px 8px;overflow:auto}
.sourceCode a{color:inherit;text-decoration:none}
.im,.kw,.cf{color:#00769e}
.co{color:#5e5e5e}
.st{color:#20794d}
.dv,.fl{color:#ad0000}
.quarto-title-meta{display:flex;gap:40px;color:#6c757d}
.quarto-category{border:1px solid #dee2e6;padding:0 6px;margin-right:6px;display:inline-block}
table{border-collapse:collapse}
td,th{border-bottom:1px solid #dee2e6;padding:5px 12px}
img{max-width:100%}
"""

WORDPRESS = """\
#primary{min-width:0}
.updated:not(.published){display:none}
.screen-reader-text{position:absolute;left:-9999px}
a{color:#21759b;text-decoration:none}
body{font:17px/1.6 Georgia,serif;margin:0;color:#333}
#page{max-width:1000px;margin:0 auto;display:grid;grid-template-columns:2fr 1fr;gap:40px;padding:0 20px}
header#masthead,footer#colophon{grid-column:1/3}
.wp-block-code{background:#f5f5f5;padding:14px;overflow:auto}
.wp-block-table td,.wp-block-table th{border:1px solid #ccc;padding:5px 10px}
.wp-block-table table{border-collapse:collapse}
.entry-meta,.entry-footer{color:#777;font-size:14px}
.widget{font-size:15px}
img{max-width:100%}
.comment-form textarea{width:100%}
.main-navigation a{margin-right:14px}
"""
