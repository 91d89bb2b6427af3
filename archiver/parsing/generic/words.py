"""The words that pages put around an article: what ends it, what stands beside it and is no part of it."""

import re


def _any(*words: str) -> str:
    return "|".join(words)


# Headings of what follows an article: other articles, comments, ratings.
_END = _any(
    r"(?:các |những )?(?:tin|bài|bài viết|tin tức|tin bài|bài tin|thông tin)(?: viết| tức| bài| tin)? "
    r"(?:liên quan|khác|mới hơn|cũ hơn|mới nhất|mới|cùng (?:chuyên mục|chủ đề|loại|thể loại|danh mục)|đã (?:đưa|đăng)"
    r"|trước đó|đọc nhiều|xem nhiều|nổi bật|tiêu điểm)",
    r"cùng (?:chuyên mục|chủ đề|danh mục)|có thể bạn quan tâm|bạn có thể quan tâm|đọc nhiều(?: nhất)?|xem nhiều(?: nhất)?",
    r"(?:gửi )?(?:ý kiến|bình luận|phản hồi)(?: của bạn| bạn đọc| của bạn đọc| \(\d+\))?|bình luận facebook|viết bình luận",
    r"những (?:tin|bài)(?: viết)? (?:mới hơn|cũ hơn|khác)|theo dòng sự kiện|tin tiếp theo|trang trước|trang sau",
    r"tổng số điểm của bài viết.*|click để đánh giá bài viết|đánh giá bài viết.*|bạn đánh giá .*|xếp hạng.*",
    r"related(?: (?:articles?|posts?|news|stories|items|content|links))?|you may also like|read (?:also|more|next)",
    r"(?:\d+ )?comments?(?: \(\d+\))?|leave a (?:reply|comment)|(?:more|other|latest) (?:news|articles?|stories|from .*)|latest (?:news|posts|stories)",
    r"recent (?:posts|news|comments)|most (?:read|viewed|popular)|previous(?: (?:article|post))?|next(?: (?:article|post))?",
    r"share this:?|like this:?|post navigation|trending(?: .*)?|popular(?: .*)?|archives?",
    r"相关(?:文章|新闻|阅读|链接|报道|推荐).*|相關(?:文章|新聞|閱讀|連結).*|(?:上|下)一(?:篇|条|條|页).*|热门.*|推荐(?:阅读|文章|新闻).*"
    r"|评论(?:\(\d+\))?|最新(?:文章|新闻|评论|报道)|猜你喜欢|延伸阅读|网友评论",
    r"читайте также:?.*|похожие .*|(?:другие )?новости(?: .*)?|комментарии(?: .*)?|по теме:?|самое читаемое.*",
    r"(?:\d+ )?kommentare?(?: .*)?|ähnliche .*|weitere .*|verwandte .*|beitrags-?navigation|das könnte (?:sie|dich) .*"
    r"|schlagwörter|teilen:?|gefällt mir:?|neueste .*",
    r"(?:articoli|post) correlati.*|potrebbe(?:ro)? interessarti.*|leggi anche.*|commenti(?: .*)?|ti potrebbe .*"
    r"|(?:navigazione|articolo) .{0,12}(?:articoli|precedente|successivo)",
    r"artículos relacionados.*|noticias relacionadas.*|(?:te|le) puede interesar.*|comentarios?(?: .*)?|lea también.*",
    r"baca juga.*|berita (?:terkait|lainnya|terbaru|populer).*|artikel (?:terkait|lainnya).*|komentar(?: .*)?|ter(?:kini|populer).*",
    r"관련 ?(?:기사|뉴스|글).*|댓글.*|ข่าวที่เกี่ยวข้อง.*|บทความที่เกี่ยวข้อง.*|ความคิดเห็น.*",
)
END = re.compile(rf"[\W_]*(?:{_END})[\W_]*", re.IGNORECASE)

# Buttons, and other words that are printed beside every article of a site.
_TOOL = _any(
    r"chia sẻ(?: .{0,20})?|in(?: bài(?: viết)?| trang(?: này)?| ấn)?|bản in|gửi(?: email| bài viết| cho bạn bè| mail)?",
    r"đọc bài(?: viết)?|nghe(?: đọc)?(?: bài)?|lưu(?: (?:bài|tin|trang).*)?|xem với cỡ chữ|cỡ chữ.{0,12}|phóng to|thu nhỏ"
    r"|quay lại|trở (?:về|lại).{0,12}|lên đầu trang|về đầu trang|tương phản|xem cỡ chữ.*|zalo|thích|tweet(?:er)?",
    r"(?:\+ ?)?a[+\-]?(?: a[+\-]?){0,4}(?: ?\+)?|[a|+\-\s]{1,12}|facebook|twitter|linkedin|pinterest|whatsapp|telegram|google\+?",
    r"print(?: this.*)?|e-?mail(?: this.*)?|send e-?mail|share(?: (?:this|on) .{0,20})?|pdf|save|back(?: to .*)?|bookmark|rss|copy link|like",
    r"chọn cỡ chữ.*|đăng ký|đăng nhập|xem thêm|xem tiếp|chi tiết|tải về|分享(?:到)?.{0,6}|打印.{0,8}|关闭.{0,8}|收藏.{0,4}|返回.{0,6}"
    r"|【.{1,10}】|字体.{0,12}|печать|поделиться.*|drucken|stampa|condividi.*|imprimir|compartir.*|bagikan.*|cetak",
    r"từ khóa.*|từ khoá.*|tags?|thẻ|chuyên mục|danh mục|thể loại|categor(?:y|ies)|views?|posted(?: in)?",
)
TOOL = re.compile(rf"[\W_]*(?:{_TOOL})?[\W_\d]*", re.IGNORECASE)

# What the foot of a page says, and no article.
FOOT = re.compile(
    r"(?:©|\(c\) ?\d{4}|copyright\b|bản quyền (?:thuộc|©|của|website)|giấy phép (?:số|thiết lập|hoạt động|xuất bản)|"
    r"địa chỉ ?:|trụ sở ?:|chịu trách nhiệm (?:chính|nội dung|xuất bản)|ghi rõ nguồn|all rights reserved|版权所有|"
    r"đơn vị (?:chủ quản|quản lý)|cơ quan chủ quản|thiết kế (?:bởi|và|web)|powered by|designed by|lượt truy cập|"
    r"đang truy cập|đang online|tổng (?:số )?(?:lượt )?truy cập|thống kê truy cập|điện thoại ?: ?\W*[\d(]|hotline ?:)",
    re.IGNORECASE,
)
# The first crumb of a breadcrumb.
HOME = re.compile(
    r"[\W_]*(?:trang chủ|trang nhất|trang đầu|home(?: ?page)?|首页|首頁|主页|главная(?: страница)?|startseite|inicio|"
    r"accueil|beranda|página inicial|início|홈|หน้าแรก|หน้าหลัก|ana sayfa|الرئيسية)[\W_]*",
    re.IGNORECASE,
)
# What stands before a breadcrumb.
HERE = re.compile(
    r"[\W_]*(?:bạn đang ở(?: đây)?|bạn đang xem|vị trí|位置|当前位置|您的位置|您现在的位置|you are here|vous êtes ici|"
    r"sie sind hier|вы здесь)[\W_]*",
    re.IGNORECASE,
)
# The word for a page of one article, which some breadcrumbs end with.
DETAIL = re.compile(
    r"\W*(?:chi tiết(?: tin| bài viết| tin tức| nội dung)?|xem tin|nội dung|正文|详细内容|detail)\W*", re.IGNORECASE
)
# The labels of a table that describes a document; the value of the last ones is its text.
PROPERTY = re.compile(
    r"\W*(?:(?:tiêu đề|tên|số|số hiệu|loại|kiểu|lĩnh vực|hình thức|tình trạng|trạng thái)(?: văn bản| tài liệu)?"
    r"|số ?/ ?ký hiệu(?: văn bản)?|số,? ký hiệu|ký hiệu|cơ quan(?: ban hành| trình)?|đơn vị ban hành|nơi ban hành|phạm vi"
    r"|ngày (?:ban hành|hiệu lực|có hiệu lực|hết hiệu lực|ký|văn bản|công bố)|hiệu lực|người ký|chức vụ|loại tài liệu"
    r"|(?:tài liệu|file|tệp(?: tin)?|văn bản)(?: đính kèm| gốc)|tải về|số lượt (?:xem|tải(?: về)?)|lượt (?:xem|tải(?: về)?))\W*",
    re.IGNORECASE,
)
# Names of accounts that portals print under an article, and no authors.
ACCOUNT = re.compile(r"\W*(?:ad ?min(?:istrator)?\W*)+|(?:pho |truong )?ban bien tap", re.IGNORECASE)
# The label of the author, and the name behind it up to the next piece of the line.
AUTHOR = re.compile(
    r"(?<!\w)(?:tác giả(?: bài viết)?|người viết|bài viết của|author|written by|posted by|автор|作者|autor|autore|penulis)"
    r" ?[:：] ?(?P<name>[^|;,:：\d()\[\]]{2,60}?)(?= ?(?:$|[|;,()\[\]]|\s-\s|\d|来源|时间|责任编辑|编辑|nguồn|ngày|source))",
    re.IGNORECASE,
)
