"""What the pages say, in Vietnamese and English."""

from typing import Literal

Language = Literal["vi", "en"]
LANGUAGES: dict[Language, str] = {"vi": "Tiếng Việt", "en": "English"}

# Key -> Vietnamese, English. Names in braces are filled in. A count of 1 is said by KEY_one where there is such a key.
MESSAGES: dict[str, tuple[str, str]] = {
    "name": ("Kho lưu trữ tin tức", "News archive"),
    "skip": ("Đến nội dung chính", "Skip to content"),
    "home": ("Trang đầu", "Home"),
    "articles": ("Bài viết", "Articles"),
    "runs": ("Các lần thu thập", "Runs"),
    "tables": ("Bảng và SQL", "Tables and SQL"),
    "menu": ("Mục chính", "Main menu"),
    "language": ("Ngôn ngữ", "Language"),
    "footer": (
        "Bản lưu chỉ để đọc. Giờ ghi theo múi giờ của từng trang.",
        "A read-only archive. Times are those of each site's own zone.",
    ),
    # the front page
    "changes": ("Thay đổi mới nhất", "Latest changes"),
    "changes_none": (
        "Chưa thấy bài nào thay đổi. Thay đổi hiện ra từ lần thu thập thứ hai.",
        "No article has changed yet. Changes show from the second crawl on.",
    ),
    "changes_all": ("Mọi bài đã thay đổi", "All articles that changed"),
    "new": ("Bài mới", "New articles"),
    "sites": ("Các trang", "Sites"),
    "see_change": ("Xem thay đổi", "See what changed"),
    "see_article": ("Đọc bài", "Read the article"),
    "see_kept": ("Đọc bản đã lưu", "Read the kept version"),
    "last_run": ("Lần thu thập gần nhất", "Last run"),
    "feed": ("Nguồn tin Atom", "Atom feed"),
    "nothing_yet": ("Kho còn trống.", "The archive is empty."),
    "crawl_first": ("Hãy chạy: archiver crawl", "Begin with: archiver crawl"),
    # lists
    "search": ("Tìm", "Search"),
    "search_for": ("Từ cần tìm", "Words to find"),
    "site": ("Trang", "Site"),
    "section": ("Chuyên mục", "Section"),
    "since": ("Đăng từ ngày", "Published from"),
    "until": ("đến ngày", "to"),
    "state": ("Tình trạng", "State"),
    "all": ("tất cả", "all"),
    "away": ("không còn trên trang", "no longer on the site"),
    "only_changed": ("Chỉ bài đã thay đổi", "Only those that changed"),
    "only_changed_option": ("đã thay đổi", "changed"),
    "show": ("Lọc", "Show"),
    "reset": ("Bỏ lọc", "Clear"),
    "more": ("Các bài tiếp theo", "More articles"),
    "first": ("Về đầu danh sách", "Back to the top of the list"),
    "none": ("Không tìm thấy bài nào.", "No article was found."),
    "filters": ("Lọc danh sách", "Filters"),
    "results": ("Kết quả cho “{words}”", "Results for “{words}”"),
    # an article
    "undated": ("không ghi ngày", "undated"),
    "views": ("Lượt xem", "Views"),
    "views_count": ("{count} lượt xem", "{count} views"),
    "views_count_one": ("1 lượt xem", "1 view"),
    "views_grew": (
        "Từ {first} lên {last}: {gained}, trong đó {own} lần là chính kho này ghé xem.",
        "From {first} to {last}: {gained}, of which {own} were our own requests.",
    ),
    "views_once": ("Mới đọc được một lần: {last}.", "Read once so far: {last}."),
    "views_none": ("Trang không in lượt xem.", "The site prints no view count."),
    "views_chart": ("Biểu đồ lượt xem theo thời gian", "Chart of the views over time"),
    "views_figures": ("Số liệu", "Figures"),
    "own_visit": ("kho này ghé xem", "our own request"),
    "seen_in_listing": ("đọc ở trang danh mục", "read on a listing"),
    "edit_mark": ("bài thay đổi", "the text changed"),
    "when": ("Khi nào", "When"),
    "where": ("Ở đâu", "Where"),
    "history": ("Lịch sử", "History"),
    "version": ("Bản {number}", "Version {number}"),
    "versions_all": ("{count} bản", "{count} versions"),
    "version_now": ("bản mới nhất", "the latest"),
    "stood": ("đã thấy từ {start} đến {end}", "seen from {start} to {end}"),
    "stood_once": ("đã thấy một lần", "seen once"),
    "changed_fields": ("khác ở: {fields}", "differs in: {fields}"),
    "compare_before": ("So với bản trước", "Compare with the one before"),
    "compare": ("So sánh", "Compare"),
    "as_of": ("Xem bài vào ngày", "As it stood on"),
    "as_of_title": (
        "Bài viết như đã thấy vào {day}: bản {number}.",
        "The article as it stood on {day}: version {number}.",
    ),
    "as_of_now": ("Về bản mới nhất", "Back to the latest version"),
    "go": ("Xem", "Go"),
    "raw": ("Trang gốc", "Raw page"),
    "original": ("Địa chỉ trên trang", "Address on the site"),
    "image": ("Ảnh", "Image"),
    "images": ("Ảnh", "Images"),
    "attachments": ("Tài liệu kèm theo", "Attachments"),
    "file_earlier": ("Bản trước, nhận từ {start} đến {end}", "An earlier copy, received from {start} to {end}"),
    "file_missing": ("không lưu được: {problem}", "not kept: {problem}"),
    "caption_none": ("không có chú thích", "no caption"),
    "gone_note": (
        "Bài này không còn trên trang: đây là bản lưu cuối cùng.",
        "This article is no longer on the site: this is the last state that was kept.",
    ),
    "suspect_note": (
        "Lần xem cuối không thấy bài này trên trang; đây là bản đã lưu.",
        "At the last visit the site no longer showed this article; this is what was kept.",
    ),
    "moved_note": ("Địa chỉ cũ nay dẫn sang nơi khác.", "Its address now leads elsewhere."),
    "changed_note": (
        "Bài đã thay đổi {count} lần từ khi được lưu.",
        "The text has changed {count} times since it was first seen.",
    ),
    "changed_note_one": (
        "Bài đã thay đổi một lần từ khi được lưu.",
        "The text has changed once since it was first seen.",
    ),
    # a comparison
    "comparison": ("So sánh bản {before} với bản {after}", "Version {before} compared with version {after}"),
    "same": ("Hai bản giống nhau.", "The two versions are the same."),
    "unchanged": ("{count} đoạn không đổi", "{count} unchanged paragraphs"),
    "unchanged_one": ("1 đoạn không đổi", "1 unchanged paragraph"),
    "legend": ("Chữ thêm vào và chữ bỏ đi", "Words inserted and removed"),
    "inserted": ("thêm", "inserted"),
    "removed": ("bỏ", "removed"),
    "moved_from": ("chuyển từ đoạn {number}", "moved from paragraph {number}"),
    "from_version": ("Từ bản", "From version"),
    "to_version": ("đến bản", "to version"),
    "back": ("Về bài viết", "Back to the article"),
    # the raw page
    "raw_title": ("Trang gốc như đã nhận", "The raw page as received"),
    "raw_about": (
        "Hiện trong khung kín: không mã lệnh, không ảnh, không gửi yêu cầu ra ngoài.",
        "Shown in a closed frame: no script, no images, no request to the outside.",
    ),
    "raw_source": ("Mã nguồn", "Source"),
    "raw_none": ("Không có trang nào từ lúc đó.", "There is no page from that time."),
    "raw_received": ("Nhận lúc", "Received"),
    "imported_from": ("Nhập từ", "Imported from"),
    "raw_status": ("Mã trạng thái", "Status"),
    "raw_size": ("Kích thước", "Size"),
    "bytes": ("{count} byte", "{count} bytes"),
    "bytes_one": ("1 byte", "1 byte"),
    # runs
    "run": ("Lần thu thập {number}", "Run {number}"),
    "started": ("Bắt đầu", "Began"),
    "ended": ("Kết thúc", "Ended"),
    "outcome": ("Kết quả", "Outcome"),
    "new_count": ("Mới", "New"),
    "changed_count": ("Thay đổi", "Changed"),
    "unchanged_count": ("Không đổi", "Unchanged"),
    "found_count": ("Số bài", "Articles"),
    "requests": ("Yêu cầu", "Requests"),
    "captures": ("Trang đã lưu", "Answers kept"),
    "errors": ("Lỗi", "Errors"),
    "findings": ("Điều cần xem", "Findings"),
    "findings_none": ("Không có gì bất thường.", "Nothing is wrong."),
    "run_events": ("Lần này thấy gì", "What this run showed"),
    "runs_older": ("Các lần cũ hơn", "Older runs"),
    "scope": ("Phạm vi", "Scope"),
    "fates": ("Bài chưa đọc", "Articles not read"),
    "limited": ("Chỉ hiện {count} mục đầu.", "Only the first {count} are shown."),
    # errors
    "missing_title": ("Không có trang này", "There is no such page"),
    "wrong_title": ("Không hiểu yêu cầu", "This cannot be understood"),
    "failed_title": ("Không đọc được kho", "The archive cannot be read"),
    "damaged": ("Kho bị hỏng: {what}", "The archive is damaged: {what}"),
    "no_article": ("Kho không có bài {article}.", "The archive holds no article {article}."),
    "no_version": ("Bài không có bản {number}.", "The article has no version {number}."),
    "no_file": ("Kho không có tệp này.", "The archive does not hold this file."),
    "no_page": ("Địa chỉ này không có trang nào.", "There is no page at this address."),
    "no_run": ("Không có lần thu thập {number}.", "There is no run {number}."),
    "no_site": ("Kho không có trang {site}.", "The archive holds no site {site}."),
    "first_seen_later": ("Đến {first} bài mới được thấy lần đầu.", "The article was first seen later, at {first}."),
    "bad_value": ("{name}: không hiểu “{value}”.", "{name}: “{value}” cannot be read."),
}

# The archive's own words.
WORDS: dict[str, tuple[str, str]] = {
    "live": ("còn trên trang", "live"),
    "suspect": ("có vẻ đã gỡ", "seems gone"),
    "gone": ("đã gỡ", "gone"),
    "moved": ("đã chuyển", "moved"),
    "created": ("bài mới", "new"),
    "new": ("bài mới", "new"),
    "edited": ("đã sửa", "edited"),
    "title_changed": ("đổi tiêu đề", "title changed"),
    "restored": ("trở lại", "restored"),
    "delisted": ("rời danh mục", "left the listings"),
    "relisted": ("trở lại danh mục", "listed again"),
    "counter_reset": ("bộ đếm đặt lại", "counter set back"),
    "title": ("tiêu đề", "title"),
    "lead": ("đoạn dẫn", "lead"),
    "body": ("nội dung", "text"),
    "author": ("tác giả", "author"),
    "published": ("ngày đăng", "date"),
    "images": ("ảnh", "images"),
    "attachments": ("tài liệu", "attachments"),
    "links": ("liên kết", "links"),
    "marks": ("dấu gạch, chỉ số", "marks"),
    "struck": ("gạch bỏ", "struck out"),
    "inserted": ("đánh dấu thêm", "marked as inserted"),
    "raised": ("chỉ số trên", "raised"),
    "lowered": ("chỉ số dưới", "lowered"),
    "finished": ("xong", "finished"),
    "problems": ("xong, có điều cần xem", "done, with findings"),
    "failed": ("thất bại", "failed"),
    "interrupted": ("bị ngắt", "interrupted"),
    "died": ("dừng đột ngột", "died"),
    "withdrawn": ("đã rút", "withdrawn"),
    "locked": ("đang bị khóa", "locked"),
    "running": ("đang chạy", "running"),
    "daily": ("hằng ngày", "daily"),
    "deep": ("sâu", "deep"),
    "full": ("toàn bộ", "full"),
    "skipped": ("bỏ qua", "skipped"),
    "pending": ("chưa đến lượt", "pending"),
    "not_a_document": ("là trang web, không phải tài liệu", "a web page in the place of the document"),
    "other_host": ("nằm ở máy chủ khác", "on another host"),
    "too_big": ("quá lớn", "too large"),
    "unverified": ("trang trước đó không còn", "the page before is not kept"),
    "reparse": ("trình đọc mới thấy nhiều hơn", "a newer parser saw more"),
}
_COLUMN: dict[Language, int] = {"vi": 0, "en": 1}


def say(language: Language, key: str, **values: object) -> str:
    """Return a message with its values filled in; KeyError for a key that does not exist."""
    key = one if str(values.get("count")) == "1" and (one := f"{key}_one") in MESSAGES else key
    return MESSAGES[key][_COLUMN[language]].format(**values)


def name_word(language: Language, word: str) -> str:
    """Return a word of the archive (a state, a kind of event, an outcome) for people; unknown ones as they are."""
    return WORDS[word][_COLUMN[language]] if word in WORDS else word.replace("_", " ")


def choose_language(accepted: str, wanted: str = "") -> Language:
    """Choose by ``?lang=``, else by the header Accept-Language; Vietnamese where neither names a language we have."""
    offers = [(_quality(part), part.split(";")[0].strip().lower()[:2]) for part in accepted.split(",")]
    names = [wanted.lower(), *(name for quality, name in sorted(offers, key=lambda o: -o[0]) if quality > 0)]
    return next((language for name in names for language in LANGUAGES if language == name), "vi")


def _quality(part: str) -> float:
    _, _, quality = part.partition("q=")
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0
