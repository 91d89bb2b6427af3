"""The words that pages put around an article, and that say what a line of a page is."""

import re

from archiver.parsing.boilerplate.words import whole_line

# What the foot of a page says, and no article.
FOOT = re.compile(
    r"©|\(c\) ?\d{4}|copyright\b|all rights reserved|版权所有|powered by|designed by|bản quyền (?:thuộc|©|của|website)"
    r"|giấy phép (?:số|thiết lập|hoạt động|xuất bản)|địa chỉ ?:|trụ sở ?:|ghi rõ nguồn|cơ quan chủ quản|hotline ?:"
    r"|chịu trách nhiệm (?:chính|nội dung|xuất bản)|đơn vị (?:chủ quản|quản lý)|thiết kế (?:bởi|và|web)"
    r"|(?:lượt|đang|thống kê|số) truy cập|đang online|điện thoại ?: ?\W*[\d(]",
    re.IGNORECASE,
)

# The first crumb of a breadcrumb, what stands before it, and the word for a page of one article, which some end with.
HOME = whole_line(
    r"trang chủ|trang nhất|trang đầu|home(?: ?page)?|首页|首頁|主页|главная(?: страница)?|startseite|inicio|accueil",
    r"beranda|página inicial|início|홈|หน้าแรก|หน้าหลัก|ana sayfa|الرئيسية",
)
HERE = whole_line(
    r"bạn đang ở(?: đây)?|bạn đang xem|vị trí|位置|当前位置|您(?:现在)?的位置|you are here|vous êtes ici|sie sind hier",
    r"вы здесь",
)
# Pages of a site that no article lies below: a hint that what names them is a menu.
SITE_PAGE = whole_line(
    r"liên hệ|giới thiệu|sơ đồ(?: (?:trang|website|site|cổng))?|đăng nhập|đăng ký|tìm kiếm|hỏi đáp|góp ý|thư viện ảnh",
    r"contact(?: us)?|about(?: us)?|site ?map|log ?in|sign in|search|help|imprint|privacy(?: policy)?|faqs?",
    r"kontakt|impressum|über uns|datenschutz|anmelden|suche|à propos|nous contacter|plan du site|mentions légales",
    r"contacto|contáctenos|acerca de|quiénes somos|контакты|о нас|карта сайта|поиск|联系我们|关于我们|网站地图",
    r"hubungi kami|tentang kami|contatti|chi siamo|contato|sobre nós",
)
DETAIL = whole_line(r"chi tiết(?: tin| bài viết| tin tức| nội dung)?|xem tin|nội dung|正文|详细内容|detail")

# The labels of a table that describes a document.
PROPERTY = whole_line(
    r"(?:tiêu đề|tên|số|số hiệu|loại|kiểu|lĩnh vực|hình thức|tình trạng|trạng thái)(?: văn bản| tài liệu)?|chức vụ",
    r"số ?/ ?ký hiệu(?: văn bản)?|số,? ký hiệu|ký hiệu|(?:cơ quan|đơn vị|nơi) ban hành|cơ quan trình|phạm vi|người ký",
    r"ngày (?:ban hành|hiệu lực|có hiệu lực|hết hiệu lực|ký|văn bản|công bố)|hiệu lực|tải về",
    r"(?:tài liệu|file|tệp(?: tin)?|văn bản)(?: đính kèm| gốc)|(?:số )?lượt (?:xem|tải(?: về)?)",
)

# Names of accounts that portals print under an article, and no authors.
ACCOUNT = whole_line(r"(?:ad ?min(?:istrator)?\W*)+|(?:pho |truong )?ban bien tap")

# The names of accounts in any place, folded: who entered a text into a portal, and did not write it.
ACCOUNT_NAME = whole_line(
    r"(?:super ?|site ?|web ?|system ?)?(?:ad ?min(?:istrator)?|user|master|editor|manager|author|moderator)\W*\d*",
    r"root|guest|test(?:er)?|anonymous|unknown|none|null|quan ?tri(?: vien| he thong| website)?|bien tap(?: vien)?",
    r"(?:pho |truong )?ban bien tap.*|bbt|btv|cong thong tin.*|trang thong tin.*|autor|verfasser|user ?name|portal",
    r"редактор|администратор|админ|管理员|管理員|编辑|編輯|小编",
)

# The label of the author, and the name behind it up to the next piece of the line.
AUTHOR = re.compile(
    r"(?<!\w)(?:tác giả(?: bài viết)?|người viết|authors?|written by|posted by|автор|作者|撰文|撰稿"
    r"|autor(?:in|en|es|e|i)?|auteure?s?|verfasser(?:in)?|redaktion|texte?|words|penulis)"
    r" ?[:：] ?(?P<name>[^|;,:：\d()\[\]]{2,60}?(?: [-–] [^|;,:：\d()\[\]]{2,40}(?<!\.)(?=\s*$))?)"
    r"(?= ?(?:$|[|;,()\[\]]|\s[-/–—•·]\s|\d|来源|时间|责任编辑|编辑|nguồn|ngày|source))",
    re.IGNORECASE,
)
