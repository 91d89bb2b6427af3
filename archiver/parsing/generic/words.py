"""The words that pages put around an article: what ends it, what stands beside it and is no part of it."""

import re

_AROUND = r"[\W_]*"


def _whole(*words: str) -> re.Pattern[str]:
    """Compile words that make up a whole line, whatever signs stand around them."""
    return re.compile(rf"{_AROUND}(?:{'|'.join(words)})(?!\w){_AROUND}", re.IGNORECASE)


_ARTICLES = r"(?:các |những )?(?:tin|bài|thông tin)(?: viết| tức| bài| tin)?"
# Headings of what follows an article: other articles, comments, ratings.
END = _whole(
    rf"{_ARTICLES} (?:liên quan|khác|(?:mới|cũ) hơn|mới(?: nhất)?|trước đó|nổi bật|(?:đọc|xem) nhiều)",
    rf"{_ARTICLES} (?:tiêu điểm|đã (?:đưa|đăng)|cùng (?:chuyên mục|chủ đề|loại|thể loại|danh mục))",
    r"cùng (?:chuyên mục|chủ đề|danh mục)|(?:có thể )?bạn (?:có thể )?quan tâm|(?:đọc|xem) nhiều(?: nhất)?",
    r"(?:gửi |viết )?(?:ý kiến|bình luận|phản hồi)(?: của bạn| bạn đọc| của bạn đọc| facebook| \(\d+\))?",
    r"theo dòng sự kiện|tin tiếp theo|trang trước|trang sau|bạn đánh giá .*|xếp hạng.*",
    r"(?:click để )?đánh giá bài viết.*|tổng số điểm của bài viết.*",
    r"related(?: (?:articles?|posts?|news|stories|items|content|links))?|you may also like|read (?:also|more|next)",
    r"(?:\d+ )?comments?(?: \(\d+\))?|leave a (?:reply|comment)|more from .*|recent (?:posts|news|comments)",
    r"(?:more|other|latest) (?:news|articles?|posts?|stories)|most (?:read|viewed|popular)|(?:share|like) this:?",
    r"(?:previous|next)(?: (?:article|post))?|post navigation|trending(?: .*)?|popular(?: .*)?|archives?",
    r"相关(?:文章|新闻|阅读|链接|报道|推荐).*|相關(?:文章|新聞|閱讀|連結).*|[上下]一[篇条條页].*|热门.*|推荐(?:阅读|文章|新闻).*",
    r"评论(?:\(\d+\))?|最新(?:文章|新闻|评论|报道)|猜你喜欢|延伸阅读|网友评论",
    r"читайте также:?.*|похожие .*|(?:другие )?новости(?: .*)?|комментарии(?: .*)?|по теме:?|самое читаемое.*",
    r"(?:\d+ )?kommentare?(?: .*)?|ähnliche .*|weitere .*|verwandte .*|beitrags-?navigation|neueste .*",
    r"das könnte (?:sie|dich) .*|schlagwörter|teilen:?|gefällt mir:?",
    r"(?:articoli|post) correlati.*|potrebbe(?:ro)? interessarti.*|ti potrebbe .*|leggi anche.*|commenti(?: .*)?",
    r"(?:navigazione|articolo) .{0,12}(?:articoli|precedente|successivo)",
    r"artículos relacionados.*|noticias relacionadas.*|(?:te|le) puede interesar.*|comentarios?(?: .*)?|lea también.*",
    r"baca juga.*|(?:berita|artikel) (?:terkait|lainnya|terbaru|populer).*|komentar(?: .*)?|ter(?:kini|populer).*",
    r"관련 ?(?:기사|뉴스|글).*|댓글.*|ข่าวที่เกี่ยวข้อง.*|บทความที่เกี่ยวข้อง.*|ความคิดเห็น.*",
)

# Buttons, and other words that are printed beside every article of a site.
_BUTTONS = (
    r"chia sẻ(?: .{0,20})?|in(?: bài(?: viết)?| trang(?: này)?| ấn)?|bản in|gửi(?: email| bài viết| mail)?",
    r"gửi cho bạn bè|(?:đọc|nghe)(?: đọc)?(?: bài)?(?: viết)?|lưu(?: (?:bài|tin|trang).*)?|phóng to|thu nhỏ",
    r"(?:xem với |chọn |xem )?cỡ chữ.{0,12}|quay lại|trở (?:về|lại).{0,12}|(?:lên|về) đầu trang|tương phản",
    r"zalo|thích|tweet(?:er)?|facebook|twitter|linkedin|pinterest|whatsapp|telegram|google\+?|[a|+\-\s]{1,12}",
    r"đăng ký|đăng nhập|xem thêm|xem tiếp|chi tiết|tải về|từ kh(?:óa|oá).*|thẻ|chuyên mục|danh mục|thể loại",
    r"print(?: this.*)?|(?:send )?e-?mail(?: this.*)?|share(?: (?:this|on) .{0,20})?|pdf|save|copy link|like",
    r"back(?: to .*)?|bookmark|rss|tags?|categor(?:y|ies)|views?|posted(?: in)?",
    r"分享到?.{0,6}|打印.{0,8}|关闭.{0,8}|收藏.{0,4}|返回.{0,6}|【.{1,10}】|字体.{0,12}",
    r"печать|поделиться.*|drucken|stampa|condividi.*|imprimir|compartir.*|bagikan.*|cetak",
)
TOOL = re.compile(rf"{_AROUND}(?:{'|'.join(_BUTTONS)})?[\W_\d]*", re.IGNORECASE)

# What the foot of a page says, and no article.
FOOT = re.compile(
    r"©|\(c\) ?\d{4}|copyright\b|all rights reserved|版权所有|powered by|designed by|bản quyền (?:thuộc|©|của|website)"
    r"|giấy phép (?:số|thiết lập|hoạt động|xuất bản)|địa chỉ ?:|trụ sở ?:|ghi rõ nguồn|cơ quan chủ quản|hotline ?:"
    r"|chịu trách nhiệm (?:chính|nội dung|xuất bản)|đơn vị (?:chủ quản|quản lý)|thiết kế (?:bởi|và|web)"
    r"|(?:lượt|đang|thống kê|số) truy cập|đang online|điện thoại ?: ?\W*[\d(]",
    re.IGNORECASE,
)

# The first crumb of a breadcrumb, what stands before it, and the word for a page of one article, which some end with.
HOME = _whole(
    r"trang chủ|trang nhất|trang đầu|home(?: ?page)?|首页|首頁|主页|главная(?: страница)?|startseite|inicio|accueil",
    r"beranda|página inicial|início|홈|หน้าแรก|หน้าหลัก|ana sayfa|الرئيسية",
)
HERE = _whole(
    r"bạn đang ở(?: đây)?|bạn đang xem|vị trí|位置|当前位置|您(?:现在)?的位置|you are here|vous êtes ici|sie sind hier",
    r"вы здесь",
)
DETAIL = _whole(r"chi tiết(?: tin| bài viết| tin tức| nội dung)?|xem tin|nội dung|正文|详细内容|detail")

# The labels of a table that describes a document.
PROPERTY = _whole(
    r"(?:tiêu đề|tên|số|số hiệu|loại|kiểu|lĩnh vực|hình thức|tình trạng|trạng thái)(?: văn bản| tài liệu)?|chức vụ",
    r"số ?/ ?ký hiệu(?: văn bản)?|số,? ký hiệu|ký hiệu|(?:cơ quan|đơn vị|nơi) ban hành|cơ quan trình|phạm vi|người ký",
    r"ngày (?:ban hành|hiệu lực|có hiệu lực|hết hiệu lực|ký|văn bản|công bố)|hiệu lực|tải về",
    r"(?:tài liệu|file|tệp(?: tin)?|văn bản)(?: đính kèm| gốc)|(?:số )?lượt (?:xem|tải(?: về)?)",
)

# Names of accounts that portals print under an article, and no authors.
ACCOUNT = _whole(r"(?:ad ?min(?:istrator)?\W*)+|(?:pho |truong )?ban bien tap")

# The label of the author, and the name behind it up to the next piece of the line.
AUTHOR = re.compile(
    r"(?<!\w)(?:tác giả(?: bài viết)?|người viết|author|written by|posted by|автор|作者|autore?|penulis)"
    r" ?[:：] ?(?P<name>[^|;,:：\d()\[\]]{2,60}?)"
    r"(?= ?(?:$|[|;,()\[\]]|\s-\s|\d|来源|时间|责任编辑|编辑|nguồn|ngày|source))",
    re.IGNORECASE,
)
